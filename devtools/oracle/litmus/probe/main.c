/*
 * litmusprobe: play the tasks of scenarios as threads against the KVM of this machine, round after round, each on a
 * fresh VM, and count the outcomes. It is the only child of process 1. Lines are in scenario.h.
 *
 * Results: "B number", "H ..." for each outcome (outcomes.h), "T key value ...", "X ..." if the set-up failed,
 * "E status".
 */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "machine.h"
#include "outcomes.h"
#include "scenario.h"
#include "scripts.h"
#include "watchdog.h"
#include "workers.h"

struct times {
    double began, setup, race, final, drop;
    unsigned long rounds, overlapped;
};

/* Add the seconds since `from` to a sum; the time now. */
static double add_since(double *sum, double from)
{
    double now = seconds();

    *sum += now - from;
    return now;
}

/* The first step of a part that failed; NULL if there is none. */
static const struct step *failed_step(const struct part *part)
{
    for (int i = 0; i < part->count; i++)
        if (!strncmp(part->steps[i].op.result.at, "-1", 2))
            return &part->steps[i];
    return NULL;
}

/* One round; the step of the set-up that failed, or NULL. */
static const struct step *play_round(struct times *times)
{
    double now = seconds();
    const struct step *failed;
    bool hung;

    random_begin(scenario.seed, times->rounds);
    workers_alone(&scenario.setup);
    failed = failed_step(&scenario.setup);
    if (failed)
        return failed;
    now = add_since(&times->setup, now);
    workers_race(times->rounds);
    hung = watchdog_bit();
    now = add_since(&times->race, now);
    times->overlapped += workers_overlapped();
    workers_alone(&scenario.final);
    now = add_since(&times->final, now);
    outcomes_count(times->rounds, hung);
    machine_drop();
    add_since(&times->drop, now);
    times->rounds++;
    return NULL;
}

static void write_times(FILE *out, const struct times *times)
{
    fprintf(out, "T rounds %lu seconds %.2f overlapped %lu setup %.2f race %.2f final %.2f drop %.2f", times->rounds,
            seconds() - times->began, times->overlapped, times->setup, times->race, times->final, times->drop);
    for (int i = 0; i < scenario.ntasks; i++)
        fprintf(out, " task%d_us %.0f", i, part_ticks(&scenario.tasks[i]) * 1e6 / ticks_per_second());
    fputc('\n', out);
}

static void play(FILE *out)
{
    struct times times = {.began = seconds()};
    const struct step *failed = NULL;

    fprintf(out, "B %d\n", scenario.number);
    workers_start();
    while (!failed && times.rounds < scenario.rounds && seconds() - times.began < scenario.seconds)
        failed = play_round(&times);
    outcomes_write(out);
    write_times(out, &times);
    if (failed)
        fprintf(out, "X step %d of the set-up: %c %s\n", (int)(failed - scenario.setup.steps) + 1, failed->op.kind,
                failed->op.result.at);
}

static void take(char *line, FILE *out)
{
    (void)out;
    scenario_take(line);
}

int main(int argc, char **argv)
{
    return scripts_play(argc, argv, take, play);
}
