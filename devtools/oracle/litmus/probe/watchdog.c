#define _GNU_SOURCE
#include "watchdog.h"

#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "machine.h"
#include "workers.h"

#define LOOK_USEC 250000
#define PATIENCE 20 /* looks: five seconds */

static unsigned long under_way;
static bool bit;

static void nothing(int signal)
{
    (void)signal; /* it only ends a system call */
}

static void set_immediate_exit(int value)
{
    for (int i = 0; i < MAX_VCPUS; i++)
        if (machine.vcpus[i].fd >= 0)
            machine.vcpus[i].run->immediate_exit = value;
}

static void *watch(void *argument)
{
    unsigned long last = 0;
    int looks = 0;

    (void)argument;
    for (;;) {
        unsigned long now;

        usleep(LOOK_USEC);
        now = __atomic_load_n(&under_way, __ATOMIC_ACQUIRE);
        looks = now && now == last ? looks + 1 : 0;
        last = now;
        if (looks < PATIENCE)
            continue;
        __atomic_store_n(&bit, true, __ATOMIC_RELEASE);
        set_immediate_exit(1);
        for (int i = 0; i < scenario.ntasks; i++)
            pthread_kill(workers[i].thread, SIGUSR1);
    }
    return NULL;
}

void watchdog_start(void)
{
    struct sigaction action = {.sa_handler = nothing};
    pthread_t thread;

    sigaction(SIGUSR1, &action, NULL);
    pthread_create(&thread, NULL, watch, NULL);
}

void watchdog_watch(unsigned long race)
{
    __atomic_store_n(&under_way, race, __ATOMIC_RELEASE);
}

bool watchdog_bit(void)
{
    bool had_to = __atomic_exchange_n(&bit, false, __ATOMIC_ACQ_REL);

    if (had_to)
        set_immediate_exit(0);
    return had_to;
}
