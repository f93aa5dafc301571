/* Messages, and where a process keeps those that it has not read. */
#ifndef mailbox_h
#define mailbox_h

#include <stddef.h>
#include <stdint.h>

#include "pid.h"

typedef struct Process Process;

/* Bytes that many messages have in common. */
typedef struct Blob {
  uint32_t holders;
  size_t length;
  char bytes[];
} Blob;

/* The caller holds it. NULL: not enough memory. */
Blob *blob_new (const char *bytes, size_t length);

/* Takes NULL. */
void blob_release (Blob *b);

/* A message on its way: what it is, and the values as bytes. */
typedef struct Message {
  struct Message *next;
  uint32_t size;  /* of the whole block */
  Pid from;  /* place NULL: nobody of whom a message could ask */
  uint64_t order : 46;  /* in which the messages of one process came */
  uint64_t shared : 1;  /* its value lies in a blob, whose address stands in place of the topic */
  uint64_t batch : 1;  /* its value is a list of the values of one send */
  uint64_t topiclength : 16;
  char text[];  /* topic, then one value as bytes */
} Message;

/* Messages in the order they came. */
typedef struct Letters { Message *first, *last; } Letters;

/* Coroutines that wait for one thing (wait.h), in order. */
typedef struct Queue { struct Waiter *first, *last; } Queue;

/* What happens to a message for which there is no room. */
typedef enum WhenFull { FULL_REFUSE, FULL_WAIT, FULL_DROPOLDEST } WhenFull;

/* The messages of a process that no channel has taken yet, and its own channels. */
typedef struct Mailbox {
  struct Channel *channels;  /* one for each topic it listens to */
  struct Channel *inbox, *events;
  struct Channel *results;  /* of what it executes */
  Letters waiting;  /* not wanted so far */
  Letters waitingevents;  /* before events() */
  Queue senders;  /* those of other processes that wait for room */
  uint64_t order;
  size_t bytes;
  uint32_t count;
  uint32_t waitingcount;  /* of those not wanted so far */
  size_t waitingbytes;
  uint32_t eventcount;
  size_t eventbytes;
} Mailbox;

/* Puts a message that the caller made into a process; it belongs to the process from now on. */
void mailbox_deliver (Process *p, Message *m);

/* Has it no room for that many bytes more, whatever they are? */
int mailbox_isfull (const Process *p, size_t more);

/*
** Does it take no message of this topic with so many bytes? Messages that
** nobody wants so far fill half of it at most: a flood of them does not keep
** out what the process listens to.
*/
int mailbox_refuses (const Process *p, const char *topic, size_t topiclength, size_t more);

/* Could it never take one of so many bytes? */
int mailbox_istoosmall (const Process *p, size_t more);

/* Forgets the oldest unread messages until it does. */
void mailbox_makeroom (Process *p, const char *topic, size_t topiclength, size_t more);

/* The same for an event. It is never refused: a process that lets too many lie ends. */
void mailbox_event (Process *p, Message *m);

/* Has it so many unread events that those which others cause at will are refused? */
int mailbox_hasmanyevents (const Process *p);

/* The bytes of an EXIT event for what the process executes. */
void mailbox_result (Process *p, struct Channel *c, Message *m);

/* Its owner has read it: there is room for another. */
void mailbox_read (Process *p, const Message *m);
void mailbox_readevent (Process *p, const Message *m);

/* A message with room for 'length' bytes behind the topic, or NULL. */
Message *message_new (Pid from, const char *topic, size_t topiclength, const char *bytes, size_t length);
void message_free (Message *m);

/* One without a topic, whose value is that of the blob, or NULL. */
Message *message_shared (Blob *b);

/* Its value, as bytes. */
const char *message_value (const Message *m);

/*
** Makes all unread messages of a process independent of the heap of its code.
** False: not enough memory, and nothing is lost.
*/
int mailbox_detach (Process *p);

/* Takes the unread messages out of all channels, which end with the state that they belong to. */
void mailbox_gather (Process *p);

/* Frees what a process never read. */
void mailbox_free (Process *p);

#endif
