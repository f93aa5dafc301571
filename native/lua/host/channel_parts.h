/* What a channel is made of, for the files that make one up: channel.c, process_channels.c, select.c, message.c, mailbox.c. */
#ifndef channel_parts_h
#define channel_parts_h

#include "lua.h"
#include "lauxlib.h"
#include "lobject.h"

#include "channel.h"
#include "timer.h"
#include "wait.h"

/* A plain channel joins coroutines; the others belong to the process. */
typedef enum ChannelKind { PLAIN, TOPIC, INBOX, EVENTS, RESULT, TIMER } ChannelKind;

/* The memory of a channel's userdata. Its first user value: buffered values of a plain one, the topic of another. */
typedef struct Channel {
  struct Channel *next;  /* of the process's own */
  Queue receivers, senders;
  Letters letters;
  Timer *timer;
  lua_Integer begin, end;  /* where buffered values lie in their table */
  uint32_t hash;  /* of the topic */
  int capacity;
  uint8_t kind, closed, asmessage, ticked;
} Channel;

/* The channel at 'index', or NULL; the second raises an error. */
Channel *tochannel (lua_State *L, int index);
Channel *checkchannel (lua_State *L, int index);

/* A channel on top of the stack. */
Channel *newchannel (lua_State *L, ChannelKind kind);

/* Pushes an object with one of our metatables. */
void *newobject (lua_State *L, size_t size, int uservalues, Table *meta);

/* Pushes a new metatable that stays, and returns it. The methods end with NULL. */
Table *makemeta (lua_State *L, const char *name, const luaL_Reg *methods);

/* Pushes what the channel at 'index' gives now, and whether it is a value. False: it would have to wait. */
int tryreceive (lua_State *L, Channel *c, int index);

/* Hands the value on top of the stack over and pops it. False: it would have to wait, and the value is still there. */
int trysend (lua_State *L, Channel *c, int index);

/* Raises the error of a send on a closed channel. */
int refuseclosed (lua_State *L);

/* Pushes the next letter of the channel as a value or a message, and forgets it. */
void takemessage (lua_State *L, Channel *c);

/* The channel of the process for a topic, or NULL. */
Channel *mailbox_listener (const Mailbox *box, const char *topic, size_t length);
uint32_t mailbox_hash (const char *topic, size_t length);

/* Moves the waiting messages that a new channel wants to it: those of its topic, or all but those that begin with @. */
void mailbox_collect (Mailbox *box, Channel *c);

/* Gives the unread messages of a topic nobody listens to any more to whom they are for now, in order. */
void mailbox_giveback (Process *p, Channel *c);

/* The user value of a channel that holds its topic. */
const TString *channel_topicof (const Channel *c);

void message_open (lua_State *L);

/* Adds select to the table on top of the stack. */
void select_open (lua_State *L);

/* The methods of a channel that make its cases. */
extern const luaL_Reg select_methods[];

#endif
