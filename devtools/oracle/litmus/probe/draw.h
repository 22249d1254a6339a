/* When the tasks of a race start, and how long they wait before each step. */
#ifndef LITMUS_DRAW_H
#define LITMUS_DRAW_H

/* Draw the times of one race for all workers. */
void draw_times(void);

#endif
