/* One thread a task. Thread 0 is the main thread; thread n is on CPU n modulo the number of CPUs. */
#ifndef LITMUS_WORKERS_H
#define LITMUS_WORKERS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "scenario.h"

struct worker {
    pthread_t thread;
    int given, done; /* jobs: the thread sleeps while they are equal */
    struct step *steps[MAX_STEPS];
    int count;
    bool racing;               /* the job is the task in the race, not the steps above */
    uint64_t start;            /* of the task, in ticks */
    uint64_t delay[MAX_STEPS]; /* before each step, in ticks */
    uint64_t began, ended;
};

extern struct worker workers[MAX_TASKS];

/* Make the threads. */
void workers_start(void);

/* Perform the steps of a part one after the other, each in its thread. */
void workers_alone(struct part *part);

/* Let all tasks race once. */
void workers_race(unsigned long round);

/* Whether all tasks were under way at one time in the last race. */
bool workers_overlapped(void);

#endif
