/* Sleeps at random instructions of chosen code. */
#ifndef LITMUS_CHAOS_H
#define LITMUS_CHAOS_H

#include <stdbool.h>
#include <stdint.h>

/* Take a line of the configuration, "range ..." or "chaos ..."; whether it was one. */
bool chaos_take(const char *line);

/* Whether CPUs may sleep at the instruction with this address. */
bool chaos_covers(uint64_t address);

/* A CPU executes an instruction at which it may sleep. */
void chaos_execute(unsigned cpu, void *argument);

/* Sleeps so far. */
uint64_t chaos_sleeps(void);

#endif
