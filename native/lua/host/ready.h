/*
** Whose turn it is. Processes take turns of a slice each. Who uses its slice
** up owes the others, who wait for messages most of the time, as much time as
** it took: so those never have to share more than half of the lane with those
** who compute, however many these are. Steps are not all alike: who uses its
** slices up is watched by the clock, and gets shorter ones when they take too
** long.
*/
#ifndef ready_h
#define ready_h

#include "process.h"

/* Puts a process behind the others. */
void ready_put (Process *p);

/* Lets one that was put and has to end do so before those who compute. */
void ready_hurry (Process *p);

/* Takes the next one out; NULL: none is ready. */
Process *ready_take (void);

/* Around a slice; NULL: the process has ended in it. */
void ready_begin (Process *p);
void ready_end (Process *p);

/* Milliseconds from now on after which ready_isover() says so; the clock is read only now and then. */
void ready_limit (double ms);
int ready_isover (void);

#endif
