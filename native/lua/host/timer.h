/* Timers of the lane: one heap of deadlines; the host sets one timer of its own for the next. */
#ifndef timer_h
#define timer_h

#include "lua.h"

typedef struct Process Process;
typedef struct Timer Timer;

/* Calls 'due' with 'owner' after the pause, then each 'period' if that is not 0. Milliseconds. NULL: no memory. */
Timer *timer_start (Process *p, double delay, double period, void (*due) (void *owner), void *owner);

void timer_stop (Timer *t);
int timer_isperiodic (const Timer *t);

/* Ends all that a process has but 'keep', which may be NULL; their owners are not asked. */
void timer_stopothers (Process *p, const Timer *keep);

/* Calls those whose time has come, at most 'most' of them. */
void timer_fire (int most);

/* The milliseconds until the next is due, 0 when it is, or -1 when there is none. */
double timer_next (void);

#endif
