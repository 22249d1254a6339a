#define _GNU_SOURCE
#include "workers.h"

#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "clock.h"
#include "draw.h"
#include "marks.h"
#include "perform.h"
#include "watchdog.h"

struct worker workers[MAX_TASKS];

static int ncpus;
static int arrived, go;

static void futex_wait(int *word, int value)
{
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

static void futex_wake(int *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

/* The next estimate of a median: what the host or a sleep stretches counts little. */
static double settle(double median, double ticks)
{
    if (!median)
        return ticks;
    if (ticks > median)
        return median * 1.05;
    return median * (ticks * 8 < median ? 0.5 : 0.95);
}

static void race(int task)
{
    struct worker *worker = &workers[task];
    struct part *part = &scenario.tasks[task];

    __atomic_add_fetch(&arrived, 1, __ATOMIC_SEQ_CST);
    while (!__atomic_load_n(&go, __ATOMIC_ACQUIRE))
        ;
    spin_until(worker->start);
    worker->began = ticks();
    for (int i = 0; i < part->count; i++) {
        struct step *step = &part->steps[i];
        uint64_t from;

        if (worker->delay[i])
            spin_until(ticks() + worker->delay[i]);
        op_begins();
        from = ticks();
        perform(&step->op);
        step->ticks = settle(step->ticks, ticks() - from);
        op_ends();
    }
    worker->ended = ticks();
}

static void pin(int thread)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(thread % ncpus, &set);
    sched_setaffinity(0, sizeof(set), &set);
}

static void *work(void *argument)
{
    int task = (intptr_t)argument, seen = 0;
    struct worker *worker = &workers[task];

    pin(task);
    for (;;) {
        while (__atomic_load_n(&worker->given, __ATOMIC_ACQUIRE) == seen)
            futex_wait(&worker->given, seen);
        seen++;
        if (worker->racing)
            race(task);
        else
            for (int i = 0; i < worker->count; i++)
                perform(&worker->steps[i]->op);
        __atomic_store_n(&worker->done, seen, __ATOMIC_RELEASE);
        futex_wake(&worker->done);
    }
    return NULL;
}

static void give(struct worker *worker, bool racing)
{
    worker->racing = racing;
    __atomic_add_fetch(&worker->given, 1, __ATOMIC_RELEASE);
    futex_wake(&worker->given);
}

static void await(struct worker *worker)
{
    int done;

    while ((done = __atomic_load_n(&worker->done, __ATOMIC_ACQUIRE)) != worker->given)
        futex_wait(&worker->done, done);
}

void workers_start(void)
{
    ncpus = sysconf(_SC_NPROCESSORS_ONLN);
    pin(0);
    workers[0].thread = pthread_self();
    for (int i = 1; i < scenario.ntasks; i++)
        pthread_create(&workers[i].thread, NULL, work, (void *)(intptr_t)i);
    watchdog_start();
}

void workers_alone(struct part *part)
{
    for (int i = 0; i < part->count;) {
        int thread = part->steps[i].thread;
        struct worker *worker = &workers[thread];

        if (thread == 0) {
            perform(&part->steps[i++].op);
            continue;
        }
        for (worker->count = 0; i < part->count && part->steps[i].thread == thread; i++)
            worker->steps[worker->count++] = &part->steps[i];
        give(worker, false);
        await(worker);
    }
}

void workers_race(unsigned long round)
{
    __atomic_store_n(&arrived, 0, __ATOMIC_SEQ_CST);
    __atomic_store_n(&go, 0, __ATOMIC_SEQ_CST);
    for (int i = 1; i < scenario.ntasks; i++)
        give(&workers[i], true);
    while (__atomic_load_n(&arrived, __ATOMIC_SEQ_CST) < scenario.ntasks - 1)
        ;
    race_begins();
    draw_times();
    watchdog_watch(round + 1);
    __atomic_store_n(&go, 1, __ATOMIC_RELEASE);
    race(0);
    for (int i = 1; i < scenario.ntasks; i++)
        await(&workers[i]);
    watchdog_watch(0);
    race_ends();
}

bool workers_overlapped(void)
{
    uint64_t last_begin = 0, first_end = UINT64_MAX;

    for (int i = 0; i < scenario.ntasks; i++) {
        last_begin = workers[i].began > last_begin ? workers[i].began : last_begin;
        first_end = workers[i].ended < first_end ? workers[i].ended : first_end;
    }
    return last_begin < first_end;
}
