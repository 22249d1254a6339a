/* A text that grows: the result of one operation, as the probe writes it. */
#ifndef ORACLE_TEXT_H
#define ORACLE_TEXT_H

#include <stddef.h>

struct text {
    char *at;
    size_t length, room;
};

/* Forget what the text says, and keep its memory. */
void text_clear(struct text *text);

void text_free(struct text *text);

/* Append to a text, as printf does. */
__attribute__((format(printf, 2, 3))) void say(struct text *text, const char *format, ...);

/* Append what a system call returned: its value and "-", or -1 and the name in errno. */
void say_returned(struct text *text, long returned);

/* Set errno, and return what a failed system call returns. */
long fail(int error);

#endif
