/* Holds: a CPU that comes to an instruction waits there until another CPU has come to another. */
#ifndef LITMUS_HOLD_H
#define LITMUS_HOLD_H

#include <stdbool.h>
#include <stdint.h>

/* Take a line of the configuration, "hold ..."; whether it was one. */
bool hold_take(const char *line);

/* Whether arrivals at the instruction with this address are counted. */
bool hold_counts(uint64_t address);

/* A CPU executes an instruction, whose address is the argument. */
void hold_execute(unsigned cpu, void *argument);

/* No CPU has come anywhere in this race. */
void hold_begin_race(void);

/* Say on standard error how often each hold waited, and how that ended. */
void hold_report(void);

#endif
