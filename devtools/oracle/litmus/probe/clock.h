/* The clocks of a race, and its random numbers. */
#ifndef LITMUS_CLOCK_H
#define LITMUS_CLOCK_H

#include <stdint.h>

/* The virtual counter of the CPU: the same on all CPUs. */
uint64_t ticks(void);
uint64_t ticks_per_second(void);
void spin_until(uint64_t tick);

/* Seconds of a monotonic clock. */
double seconds(void);

/* Begin a sequence of random numbers: one for each seed and round. */
void random_begin(uint64_t seed, uint64_t round);
uint64_t random_word(void);

/* A random number from 0 up to, but not including, 1. */
double random_fraction(void);

#endif
