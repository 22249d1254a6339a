/* Empty functions, whose addresses the plugin of QEMU looks for. */
#ifndef LITMUS_MARKS_H
#define LITMUS_MARKS_H

void race_begins(void);
void race_ends(void);
void op_begins(void);
void op_ends(void);

#endif
