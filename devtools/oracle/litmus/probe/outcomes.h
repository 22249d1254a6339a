/* The outcomes of the rounds, and how often each of them came. */
#ifndef LITMUS_OUTCOMES_H
#define LITMUS_OUTCOMES_H

#include <stdbool.h>
#include <stdio.h>

/* Count the outcome of a round: the results of all tasks, then of the end. */
void outcomes_count(unsigned long round, bool hung);

/* Write "H count first-round RESULT;RESULT;..." for each outcome; "HUNG;" comes last where a race was ended. */
void outcomes_write(FILE *out);

#endif
