#define _GNU_SOURCE
#include "text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void text_clear(struct text *text)
{
    text->length = 0;
    if (text->at)
        *text->at = 0;
}

void text_free(struct text *text)
{
    free(text->at);
    *text = (struct text){0};
}

static void make_room(struct text *text, size_t more)
{
    size_t room = text->room ? text->room : 64;

    while (room < text->length + more + 1)
        room *= 2;
    if (room == text->room)
        return;
    text->at = realloc(text->at, room);
    if (!text->at)
        abort();
    text->room = room;
}

void say(struct text *text, const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    make_room(text, length);
    va_start(arguments, format);
    vsnprintf(text->at + text->length, length + 1, format, arguments);
    va_end(arguments);
    text->length += length;
}

void say_returned(struct text *text, long returned)
{
    const char *name = returned < 0 ? strerrorname_np(errno) : "-";

    say(text, "%ld %s", returned < 0 ? -1L : returned, name ? name : "EUNKNOWN");
}

long fail(int error)
{
    errno = error;
    return -1;
}
