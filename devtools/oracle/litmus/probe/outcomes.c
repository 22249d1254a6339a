#include "outcomes.h"

#include <stdlib.h>
#include <string.h>

#include "scenario.h"
#include "text.h"

struct outcome {
    char *results;
    unsigned long count, first;
};

static struct outcome *outcomes;
static int noutcomes;

static void say_part(struct text *text, const struct part *part)
{
    for (int i = 0; i < part->count; i++)
        say(text, "%s;", part->steps[i].op.result.at);
}

static struct outcome *outcome_of(const char *results, unsigned long round)
{
    for (int i = 0; i < noutcomes; i++)
        if (!strcmp(outcomes[i].results, results))
            return &outcomes[i];
    outcomes = realloc(outcomes, (noutcomes + 1) * sizeof(*outcomes));
    outcomes[noutcomes] = (struct outcome){strdup(results), 0, round};
    return &outcomes[noutcomes++];
}

void outcomes_count(unsigned long round, bool hung)
{
    static struct text text;

    text_clear(&text);
    for (int i = 0; i < scenario.ntasks; i++)
        say_part(&text, &scenario.tasks[i]);
    say_part(&text, &scenario.final);
    say(&text, "%s", hung ? "HUNG;" : "");
    outcome_of(text.at, round)->count++;
}

void outcomes_write(FILE *out)
{
    for (int i = 0; i < noutcomes; i++)
        fprintf(out, "H %lu %lu %s\n", outcomes[i].count, outcomes[i].first, outcomes[i].results);
}
