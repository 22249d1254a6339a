/*
 * kvmprobe: play scripts, one operation a line, against the KVM of this machine. It is the only child of process 1.
 * Results: "B number", one line an operation, "E status". Lines and results are in op.h.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>
#include <unistd.h>

#include "op.h"
#include "perform.h"
#include "scripts.h"

#define GUEST_SECONDS 3      /* how long a guest may take for one instruction */
#define INJECTION_USEC 20000 /* an irqfd may inject from a work item */
#define GUEST_STUCK 99       /* what the process of a script ends with if a guest took longer */

static void nothing(int signal)
{
    (void)signal; /* it only ends KVM_RUN */
}

static void set_timer(int seconds)
{
    struct itimerval timer = {.it_value = {seconds, 0}, .it_interval = {0, seconds ? 500000 : 0}};

    setitimer(ITIMER_REAL, &timer, NULL);
}

static void play(struct op *op)
{
    if (op->kind == 'g')
        set_timer(GUEST_SECONDS);
    perform(op);
    if (op->kind == 'g')
        set_timer(0);
    if (op->kind == 'f')
        usleep(INJECTION_USEC);
}

static void play_op(char *line, FILE *out)
{
    struct op op;

    if (*line == 'B') {
        struct sigaction action = {.sa_handler = nothing};

        sigaction(SIGALRM, &action, NULL);
        fprintf(out, "%s\n", line);
        return;
    }
    op_parse(&op, line);
    play(&op);
    fprintf(out, "%s\n", op.result.at);
    if (op.interrupted) { /* each further operation would take as long */
        fflush(out);
        _exit(GUEST_STUCK);
    }
    op_free(&op);
}

static void nothing_more(FILE *out)
{
    (void)out;
}

int main(int argc, char **argv)
{
    return scripts_play(argc, argv, play_op, nothing_more);
}
