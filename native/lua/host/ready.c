#include <math.h>

#include "host_calls.h"
#include "lane.h"
#include "ready.h"

/* what a slice may take, in milliseconds: one that takes longer is shorter the next time */
#define FAIR  0.2

/* a process that leaves less than this part of its slice owes what it took */
#define USEDUP  4

/* what a process owes at most */
#define MAXDEBT  30.0

/* of a step, where nobody looked at the clock */
#define MSPERSTEP  2.5e-6

/* the least steps that a slice is cut to */
#define LEAST  50

/* slices for which a process is watched after it has used one up */
#define WATCHED  100

/* slices between two looks at the clock while somebody waits for the others to be paid */
#define PATIENCE  16

typedef struct Turns { Process *first, *last; } Turns;

static Turns ending, prompt, indebted;
static double clock, paidat, overat = HUGE_VAL;

/* of the slice that runs */
static int whole, watched;

static double look (void) {
  return clock = host_now();
}

static void append (Turns *q, Process *p) {
  p->nextready = NULL;
  p->prevready = q->last;
  if (q->last) q->last->nextready = p; else q->first = p;
  q->last = p;
}

static void unlink (Turns *q, Process *p) {
  if (p->prevready) p->prevready->nextready = p->nextready; else q->first = p->nextready;
  if (p->nextready) p->nextready->prevready = p->prevready; else q->last = p->prevready;
}

void ready_put (Process *p) {
  if (p->doom != NULL) p->owes = 0;
  append(p->doom != NULL ? &ending : p->owes ? &indebted : &prompt, p);
}

void ready_hurry (Process *p) {
  if (!p->owes) return;
  unlink(&indebted, p);
  p->owes = 0;
  append(&ending, p);
}

static int ispaid (void) {
  static unsigned asked;
  if (++asked % PATIENCE == 0) look();
  return clock >= paidat;
}

/* Two that owe never follow each other while somebody else is ready. */
static int isturnofindebted (void) {
  static int before;
  if (indebted.first == NULL) return before = 0;
  return before = prompt.first == NULL || (!before && ispaid());
}

Process *ready_take (void) {
  Turns *q = ending.first ? &ending : isturnofindebted() ? &indebted : &prompt;
  Process *p = q->first;
  if (p == NULL) return NULL;
  unlink(q, p);
  p->owes = 0;
  return p;
}

void ready_begin (Process *p) {
  whole = p->slice > 0 && p->slice < lane_slice ? p->slice : lane_slice;
  watched = p->watched;
  if (watched) look();
  lane_granted = luaN_budget = whole;
}

static void fit (Process *p, double took) {
  int slice = whole;
  if (took > FAIR) slice = (int)(slice * (FAIR / took));
  else if (took < FAIR / 2) slice *= 2;
  p->slice = slice < LEAST ? LEAST : slice < lane_slice ? slice : lane_slice;
}

/* The milliseconds of the slice that is over: measured, or taken from its steps as far as so much time has passed at all. */
static double lasted (void) {
  double began = clock, passed = look() - began;
  double told = (lane_granted - luaN_budget) * MSPERSTEP;
  return watched || passed < told ? passed : told;
}

void ready_end (Process *p) {
  double took;
  if (luaN_budget > whole / USEDUP) {
    if (p != NULL && watched) p->watched--;
    return;
  }
  took = lasted();
  paidat = clock + (took < MAXDEBT ? took : MAXDEBT);
  if (p == NULL) return;
  if (watched && luaN_budget <= 0) fit(p, took);
  p->watched = WATCHED;
  p->owes = 1;
}

void ready_limit (double ms) {
  overat = look() + ms;
}

int ready_isover (void) {
  return clock >= overat;
}
