/* The life of the lane, as JavaScript leads it. */
#include <stddef.h>

#include "export.h"
#include "heap.h"
#include "lane.h"
#include "libraries.h"
#include "memory.h"
#include "outbox.h"
#include "pid.h"
#include "process.h"
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

/*
** Runs for 'slices' at most. Returns the milliseconds after which it wants to
** run again: 0 at once, -1 when something is given to it.
*/
EXPORT(lane_run) double lane_run (int slices) {
  timer_fire(1000);
  for (int used = 0; used < slices && !outbox_isfull();) {
    int ran = process_run(slices - used < 64 ? slices - used : 64);
    if (ran == 0) return timer_next();
    used += ran;
  }
  return 0;
}
