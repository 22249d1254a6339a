#include "draw.h"

#include "clock.h"
#include "scenario.h"
#include "workers.h"

#define LEAD_SECONDS 20e-6 /* from the draw to the first start */

/* How a race is drawn: each kind is drawn as often as it has numbers here. */
#define TOGETHER 0      /* all tasks start at one time */
#define FIRST_DELAYED 5 /* from here on there are delays between steps, too */
#define NARROW 7        /* starts are near to each other */
#define KINDS 8

static double longest_other(int task)
{
    double longest = 0;

    for (int i = 0; i < scenario.ntasks; i++) {
        double takes = part_ticks(&scenario.tasks[i]);

        if (i != task && takes > longest)
            longest = takes;
    }
    return longest;
}

static double draw_start(int kind, int task)
{
    if (kind == TOGETHER)
        return 0;
    if (kind == NARROW)
        return longest_other(task) / (1 << random_word() % 7) * random_fraction();
    return longest_other(task) * random_fraction();
}

void draw_times(void)
{
    int kind = random_word() % KINDS;
    double longest = longest_other(-1);
    uint64_t base = ticks() + ticks_per_second() * LEAD_SECONDS;

    for (int i = 0; i < scenario.ntasks; i++) {
        workers[i].start = base + (uint64_t)draw_start(kind, i);
        for (int k = 0; k < scenario.tasks[i].count; k++)
            workers[i].delay[k] =
                kind >= FIRST_DELAYED && k ? longest * random_fraction() / (1 << random_word() % 4) : 0;
    }
}
