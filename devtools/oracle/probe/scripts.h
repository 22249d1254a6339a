/*
 * The file that a probe reads, and the process that plays each script of it.
 *
 *   B number ...     begins a script
 *   LINE             ...
 *   E                ends it
 */
#ifndef ORACLE_SCRIPTS_H
#define ORACLE_SCRIPTS_H

#include <stdio.h>

typedef void (*play_line)(char *line, FILE *out);
typedef void (*play_end)(FILE *out);

/*
 * Play every script of the file argv[1] in a process of its own; write results to argv[2]: what `line` and `end`
 * write, then "E status" with the status of the process; after the last script "DONE". What a probe exits with.
 */
int scripts_play(int argc, char **argv, play_line line, play_end end);

#endif
