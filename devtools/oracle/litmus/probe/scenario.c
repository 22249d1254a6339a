#include "scenario.h"

#include <stdio.h>
#include <stdlib.h>

struct scenario scenario;

static struct part *part_of(char kind, int thread)
{
    if (kind == 's')
        return &scenario.setup;
    return kind == 't' ? &scenario.tasks[thread] : &scenario.final;
}

void scenario_take(char *line)
{
    char kind = *line, *at = line + 1;
    struct part *part;
    int thread;

    if (kind == 'B') {
        sscanf(line, "B %d %lu %lf %lu %d", &scenario.number, &scenario.rounds, &scenario.seconds, &scenario.seed,
               &scenario.ntasks);
        return;
    }
    thread = strtol(at, &at, 0);
    while (*at == ' ')
        at++;
    part = part_of(kind, thread);
    if (scenario.ntasks > MAX_TASKS || thread >= scenario.ntasks || part->count == MAX_STEPS) {
        fprintf(stderr, "litmusprobe: scenario %d is too large\n", scenario.number);
        exit(2);
    }
    part->steps[part->count].thread = thread;
    op_parse(&part->steps[part->count++].op, at);
}

double part_ticks(const struct part *part)
{
    double ticks = 0;

    for (int i = 0; i < part->count; i++)
        ticks += part->steps[i].ticks;
    return ticks;
}
