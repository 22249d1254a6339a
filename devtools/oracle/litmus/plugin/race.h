/* What the parts of the plugin share: whether a race is under way, and which one. */
#ifndef LITMUS_RACE_H
#define LITMUS_RACE_H

#include <stdatomic.h>
#include <stdint.h>

#define MAX_CPUS 8

extern atomic_int racing;
extern atomic_ulong races; /* begun so far */

/* Let the CPU that calls it sleep. */
void doze(long microseconds);

#endif
