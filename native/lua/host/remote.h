/*
** Relations with processes of other lanes. Each side keeps what it needs to
** know; what happens travels as signals, so nothing here waits for an answer.
*/
#ifndef remote_h
#define remote_h

#include "process.h"
#include "topology.h"

typedef struct Remote Remote;

/* 'p' watches or links the process that the text names. False: it does already. One that is not there is heard of as an end. */
int remote_join (EdgeKind kind, Process *p, const char *pid, size_t length);

/* No longer. */
void remote_part (EdgeKind kind, Process *p, const char *pid, size_t length);

void remote_terminate (const Process *p, const char *pid, size_t length);
void remote_cancel (const Process *p, const char *pid, size_t length, double delay, const char *reason, size_t reasonlength, int enforced);

/* Tells the others that the process has ended, monitors first. */
void remote_ended (Process *p, const Ending *ending);

/* Frees what it keeps of others. */
void remote_forget (Process *p);

#endif
