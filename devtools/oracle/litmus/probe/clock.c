#include "clock.h"

#include <time.h>

static uint64_t state;

uint64_t ticks(void)
{
    uint64_t now;

    asm volatile("isb; mrs %0, cntvct_el0" : "=r"(now)::"memory");
    return now;
}

uint64_t ticks_per_second(void)
{
    uint64_t frequency;

    asm volatile("mrs %0, cntfrq_el0" : "=r"(frequency));
    return frequency;
}

void spin_until(uint64_t tick)
{
    while ((int64_t)(ticks() - tick) < 0)
        ;
}

double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec * 1e-9;
}

#define GOLDEN 0x9e3779b97f4a7c15ull

void random_begin(uint64_t seed, uint64_t round)
{
    state = seed * GOLDEN + round;
    random_word();
}

/* SplitMix64 (Steele, Lea, Flood 2014). */
uint64_t random_word(void)
{
    uint64_t word = (state += GOLDEN);

    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9ull;
    word = (word ^ (word >> 27)) * 0x94d049bb133111ebull;
    return word ^ (word >> 31);
}

double random_fraction(void)
{
    return (random_word() >> 11) * 0x1p-53;
}
