#include "scripts.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "machine.h"

#define OUT_BUFFER (1 << 16)

/* The text of a file; NULL if it cannot be read. */
static char *text_of(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text;
    long size;

    if (!file || fseek(file, 0, SEEK_END) < 0)
        return NULL;
    size = ftell(file);
    rewind(file);
    text = malloc(size + 1);
    if (!text || fread(text, 1, size, file) != (size_t)size)
        return NULL;
    text[size] = 0;
    fclose(file);
    return text;
}

static void play(char *script, FILE *out, play_line line, play_end end)
{
    machine_open();
    for (char *next; (next = strchr(script, '\n')); script = next + 1) {
        *next = 0;
        line(script, out);
    }
    end(out);
    fflush(out);
    _exit(0);
}

int scripts_play(int argc, char **argv, play_line line, play_end end)
{
    char *script = argc == 3 ? text_of(argv[1]) : NULL;
    FILE *out = argc == 3 ? fopen(argv[2], "w") : NULL;

    if (!script || !out) {
        fprintf(stderr, "usage: %s SCRIPTS RESULTS\n", argv[0]);
        return 2;
    }
    setvbuf(out, NULL, _IOFBF, OUT_BUFFER);
    for (char *last; *script == 'B' && (last = strstr(script, "\nE\n")); script = last + 3) {
        pid_t child;
        int status;

        last[1] = 0;
        fflush(out);
        child = fork();
        if (child == 0)
            play(script, out, line, end);
        waitpid(child, &status, 0);
        fprintf(out, "E %d\n", status);
        fflush(out);
    }
    fprintf(out, "DONE\n");
    fclose(out);
    return 0;
}
