#include "marks.h"

/* Each has an instruction of its own, so that the linker does not make them one. */
#define MARK(name, number)                                                                                             \
    __attribute__((noinline)) void name(void)                                                                          \
    {                                                                                                                  \
        asm volatile("nop" ::"r"(number) : "memory");                                                                  \
    }

MARK(race_begins, 1)
MARK(race_ends, 2)
MARK(op_begins, 3)
MARK(op_ends, 4)
