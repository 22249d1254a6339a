#include "chaos.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "race.h"

#define MAX_RANGES 4096
#define SPREAD 3  /* the means of races differ by up to 4 to this power */
#define OCTAVES 6 /* the sleeps of a race differ by up to 2 to this power */

static struct {
    uint64_t from, to;
} ranges[MAX_RANGES];
static int nranges;
static double mean; /* instructions from one sleep to the next; 0: no chaos */
static long longest_us, most_sleeps;
static _Atomic uint64_t slept;

static struct cpu {
    uint64_t random;
    unsigned long race;
    double mean;
    long until_sleep, sleeps;
} __attribute__((aligned(64))) cpus[MAX_CPUS];

/* SplitMix64, as a number from 0 up to, but not including, 1. */
static double fraction(struct cpu *cpu)
{
    uint64_t word = (cpu->random += 0x9e3779b97f4a7c15ull);

    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9ull;
    word = (word ^ (word >> 27)) * 0x94d049bb133111ebull;
    return ((word ^ (word >> 31)) >> 11) * 0x1p-53;
}

static long draw_distance(struct cpu *cpu)
{
    return -log(1 - fraction(cpu)) * cpu->mean;
}

bool chaos_take(const char *line)
{
    uint64_t from, to, seed;

    if (sscanf(line, "range %" SCNx64 " %" SCNx64, &from, &to) == 2) {
        if (nranges == MAX_RANGES)
            return false;
        ranges[nranges].from = from;
        ranges[nranges++].to = to;
        return true;
    }
    if (sscanf(line, "chaos %" SCNu64 " %lf %ld %ld", &seed, &mean, &longest_us, &most_sleeps) != 4)
        return false;
    for (int i = 0; i < MAX_CPUS; i++)
        cpus[i].random = seed * 1000003 + i;
    return true;
}

bool chaos_covers(uint64_t address)
{
    for (int i = 0; mean && i < nranges; i++)
        if (address >= ranges[i].from && address < ranges[i].to)
            return true;
    return false;
}

/* Each race has a mean of its own, so that some races have few sleeps and some have many. */
static void begin_race(struct cpu *cpu, unsigned long race)
{
    cpu->race = race;
    cpu->sleeps = 0;
    cpu->mean = mean * pow(4, SPREAD * (fraction(cpu) - 0.5));
    cpu->until_sleep = draw_distance(cpu);
}

void chaos_execute(unsigned number, void *argument)
{
    struct cpu *cpu = &cpus[number % MAX_CPUS];
    unsigned long race;

    (void)argument;
    if (!atomic_load_explicit(&racing, memory_order_relaxed))
        return;
    race = atomic_load(&races);
    if (cpu->race != race)
        begin_race(cpu, race);
    if (cpu->until_sleep-- > 0 || cpu->sleeps >= most_sleeps)
        return;
    cpu->until_sleep = draw_distance(cpu);
    cpu->sleeps++;
    atomic_fetch_add(&slept, 1);
    doze(longest_us * pow(2, -OCTAVES * fraction(cpu)));
}

uint64_t chaos_sleeps(void)
{
    return atomic_load(&slept);
}
