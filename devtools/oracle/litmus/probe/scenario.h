/*
 * A scenario: operations that are performed alone, and tasks that race.
 *
 *   B number rounds seconds seed tasks   begins a scenario: at most so many rounds, in at most so many seconds
 *   s thread OP                          an operation of the set-up, alone
 *   t task OP                            an operation of a task, in the race
 *   f thread OP                          an operation of the end, alone
 *
 * Thread n plays task n. Where an operation alone needs a vCPU, the thread that has this vCPU in the race performs it:
 * KVM waits for a grace period when a vCPU changes its thread. OP is as in op.h; D and U have the slot that is made.
 */
#ifndef LITMUS_SCENARIO_H
#define LITMUS_SCENARIO_H

#include <stdint.h>

#include "op.h"

#define MAX_TASKS 8
#define MAX_STEPS 256

struct step {
    struct op op;
    int thread;
    double ticks; /* how long it takes: about the median of the rounds so far */
};

struct part {
    struct step steps[MAX_STEPS];
    int count;
};

struct scenario {
    int number, ntasks;
    unsigned long rounds, seed;
    double seconds;
    struct part setup, tasks[MAX_TASKS], final;
};

extern struct scenario scenario;

/* Take one line of a scenario; the first begins with B. */
void scenario_take(char *line);

/* The ticks that a part takes. */
double part_ticks(const struct part *part);

#endif
