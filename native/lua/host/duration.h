/* Durations as text: the syntax of Go's time.ParseDuration. */
#ifndef duration_h
#define duration_h

#include <stddef.h>
#include <stdint.h>

/* "1h30m", "-1.5s" ... in nanoseconds. False: it is none, or none that 64 bits hold. */
int duration_parse (const char *text, size_t length, int64_t *ns);

#endif
