#include "hold.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "race.h"

#define MAX_HOLDS 64
#define LOOK_US 20 /* from one look at the other CPU to the next */

/* The nth arrival of a CPU at an address, in one race. */
struct arrival {
    unsigned cpu;
    uint64_t address;
    long nth;
};

static struct hold {
    struct arrival held, until;
    long limit_us;
    atomic_long waits, came, timeouts;
} holds[MAX_HOLDS];
static int nholds;

static struct {
    uint64_t address;
    atomic_long arrivals[MAX_CPUS];
} spots[2 * MAX_HOLDS];
static int nspots;

static atomic_long *arrivals_at(unsigned cpu, uint64_t address)
{
    for (int i = 0; i < nspots; i++)
        if (spots[i].address == address)
            return &spots[i].arrivals[cpu % MAX_CPUS];
    return NULL;
}

static void add_spot(uint64_t address)
{
    if (!arrivals_at(0, address))
        spots[nspots++].address = address;
}

bool hold_take(const char *line)
{
    struct hold *hold = &holds[nholds];

    if (nholds == MAX_HOLDS ||
        sscanf(line, "hold %u %" SCNx64 " %ld %u %" SCNx64 " %ld %ld", &hold->held.cpu, &hold->held.address,
               &hold->held.nth, &hold->until.cpu, &hold->until.address, &hold->until.nth, &hold->limit_us) != 7)
        return false;
    nholds++;
    add_spot(hold->held.address);
    add_spot(hold->until.address);
    return true;
}

bool hold_counts(uint64_t address)
{
    return arrivals_at(0, address) != NULL;
}

static void wait_for(struct hold *hold)
{
    atomic_long *other = arrivals_at(hold->until.cpu, hold->until.address);
    long left = hold->limit_us;

    atomic_fetch_add(&hold->waits, 1);
    for (; atomic_load(other) < hold->until.nth && left > 0; left -= LOOK_US)
        doze(LOOK_US);
    atomic_fetch_add(left > 0 ? &hold->came : &hold->timeouts, 1);
}

void hold_execute(unsigned cpu, void *argument)
{
    uint64_t address = (uintptr_t)argument;
    long nth;

    if (!atomic_load(&racing))
        return;
    nth = atomic_fetch_add(arrivals_at(cpu, address), 1) + 1;
    for (int i = 0; i < nholds; i++)
        if (holds[i].held.cpu == cpu && holds[i].held.address == address && holds[i].held.nth == nth)
            wait_for(&holds[i]);
}

void hold_begin_race(void)
{
    for (int i = 0; i < nspots; i++)
        for (int k = 0; k < MAX_CPUS; k++)
            atomic_store(&spots[i].arrivals[k], 0);
}

void hold_report(void)
{
    for (int i = 0; i < nholds; i++)
        fprintf(stderr, "; hold %d: %ld waits, %ld came, %ld timeouts", i, atomic_load(&holds[i].waits),
                atomic_load(&holds[i].came), atomic_load(&holds[i].timeouts));
}
