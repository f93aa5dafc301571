/* The life of the lane, as JavaScript leads it. */
#include <stddef.h>

#include "export.h"
#include "heap.h"
#include "host_calls.h"
#include "lane.h"
#include "libraries.h"
#include "memory.h"
#include "outbox.h"
#include "pid.h"
#include "process.h"
#include "ready.h"
#include "spawn.h"
#include "timer.h"
#include "upgrade.h"

EXPORT(memory_take) void *export_take (size_t size) { return memory_take(size); }
EXPORT(memory_give) void export_give (void *block, size_t size) { memory_give(block, size); }

/* Once, before anything else. */
EXPORT(lane_begin) void lane_begin (const char *node, size_t nodelength, int shortpids, int slice) {
  pid_node(node, nodelength);
  pid_short = shortpids;
  lane_slice = slice;
  process_ended = spawn_ended;
  process_upgraded = upgrade_process;
  heap_begin(libraries_open);
}

/* Milliseconds after which JavaScript has its turn, and after which timers have theirs. */
#define TURN  4.0
#define PART  1.0

/*
** Runs for 'slices' at most, and not for long. Returns the milliseconds after
** which it wants to run again: 0 at once, -1 when something is given to it.
*/
EXPORT(lane_run) double lane_run (int slices) {
  double until = host_now() + TURN;
  for (int used = 0; used < slices && !outbox_isfull();) {
    int ran;
    timer_fire(1000);
    ready_limit(PART);
    ran = process_run(slices - used < 64 ? slices - used : 64);
    if (ran == 0 && !outbox_isfull()) return timer_next();
    if (host_now() >= until) break;
    used += ran;
  }
  return 0;
}
