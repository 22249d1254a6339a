/* A thread that ends KVM_RUN in all tasks of a race that takes too long. */
#ifndef LITMUS_WATCHDOG_H
#define LITMUS_WATCHDOG_H

#include <stdbool.h>

void watchdog_start(void);

/* Say that a race is under way, by a number of its own; 0: none is. */
void watchdog_watch(unsigned long race);

/* Whether a race has been ended since the last call; vCPUs may run again after it. */
bool watchdog_bit(void);

#endif
