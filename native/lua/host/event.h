/* What a process is told by the runtime: EXIT, LINK_DOWN and CANCEL events, seed 001 "System Events". */
#ifndef event_h
#define event_h

#include <stddef.h>

#include "process.h"
#include "values.h"

/* Puts an event, one value as bytes, into the events of the process. */
void event_send (Process *p, const char *bytes, size_t length);

/* The same for one that others get too. */
void event_share (Process *p, Blob *event);

/*
** Writes the EXIT event of a process that has ended: its value lies at
** 'index' of L, or, when '*failed', its error. 'why' in place of an error in L.
** Whatever goes wrong with the value becomes the error,
** and '*failed' true. Returns where in the
** event its last field, 'result', begins.
*/
size_t event_writeexit (Writer *w, Process *p, lua_State *L, int index, int *failed, const char *why);

/* Sends LINK_DOWN to 'peer' with the field 'result' of the EXIT event of 'ended'. */
void event_linkdown (Process *peer, Pid ended, const char *result, size_t length);

/* Sends CANCEL; the deadline is in seconds since 1970. False: it has so many unread events that this one is left out. */
int event_cancel (Process *p, Pid from, double deadline, const char *reason, size_t reasonlength);

/* Sends the EXIT of a process that had ended before: "noproc". */
void event_noprocess (Process *p, const char *pid, size_t length);

/* Tells 'p' of a link with 'peer', if it has chosen to be told: "established" or "removed". */
void event_link (Process *p, Pid peer, int established);

/* Tells 'p', if it has chosen to be told, that there is a newer version of its entry. */
void event_outdated (Process *p);

#endif
