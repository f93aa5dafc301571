/* What a process is told by the runtime: EXIT, LINK_DOWN and CANCEL events, seed 001 "System Events". */
#ifndef event_h
#define event_h

#include <stddef.h>

#include "process.h"
#include "values.h"

/* Puts an event, one value as bytes, into the events of the process. */
void event_send (Process *p, const char *bytes, size_t length);

/*
** Writes the EXIT event of a process that has ended: its value lies at
** 'index' of L, or, when 'failed', its error. 'why' in place of an error in L.
** Whatever goes wrong with the value becomes the error. Returns where in the
** event its last field, 'result', begins.
*/
size_t event_writeexit (Writer *w, Process *p, lua_State *L, int index, int failed, const char *why);

/* Sends LINK_DOWN to 'peer' with the field 'result' of the EXIT event of 'ended'. */
void event_linkdown (Process *peer, Pid ended, const char *result, size_t length);

/* Sends CANCEL; the deadline is in seconds since 1970. */
void event_cancel (Process *p, Pid from, double deadline, const char *reason, size_t reasonlength);

#endif
