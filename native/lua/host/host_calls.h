/* What the lane asks of JavaScript at once. Everything else goes through the outbox, once a turn. */
#ifndef host_calls_h
#define host_calls_h

#include <stddef.h>

#include "export.h"

IMPORT(now) double host_now (void);  /* monotonic milliseconds */
IMPORT(wall) double host_wall (void);  /* milliseconds since 1970 */

/* The first of NUMBERSATONCE numbers that no other process has or had. */
IMPORT(numbers) double host_numbers (void);
#define NUMBERSATONCE  4096

/* Does another lane have or had the process with that number? */
IMPORT(elsewhere) int host_elsewhere (double number);

/*
** The table of names, which all lanes share. A PID is its text. register: 0
** done, 1 the name is another's, 2 there is no room. lookup: the length of the PID that it wrote
** to 'pid', or -1. unregister: 0 done, 1 there is no such name, 2 it is
** another's. release: all names of a PID.
*/
IMPORT(name_register) int host_name_register (const char *name, size_t length, const char *pid, size_t pidlength);
IMPORT(name_lookup) int host_name_lookup (const char *name, size_t length, char *pid, size_t size);
IMPORT(name_unregister) int host_name_unregister (const char *name, size_t length, const char *pid, size_t pidlength);
IMPORT(names_release) void host_names_release (const char *pid, size_t pidlength);

/*
** A pure function, called with values as bytes. Returns the length of its
** answer, which module_answer then copies to 'to': two values, the result and
** nil, or nil and an error. -1: there is no such function.
*/
IMPORT(module_call) int host_module_call (const char *function, size_t functionlength, const char *values, size_t length);
IMPORT(module_answer) void host_module_answer (char *to);

#endif
