/*
** Channels: where a coroutine of a process waits for a value. A plain channel
** joins coroutines of one process and holds Lua values. The others belong to
** the process and hold messages: one for each topic it listens to, its inbox,
** its events, and one for each timer.
*/
#ifndef channel_h
#define channel_h

#include "lua.h"
#include "mailbox.h"
#include "process.h"

/* The functions of channel.new and of channels; puts their metatables into the base. */
int channel_open (lua_State *L);

/* Pushes the channel of the running process for a topic, its inbox or its events; makes it when there is none. */
void channel_topic (lua_State *L, const char *topic, size_t length, int asmessage);
void channel_inbox (lua_State *L);
void channel_events (lua_State *L);

/* Stops listening: the channel at 'index' is closed. False: it is no channel of listen. */
int channel_unlisten (lua_State *L, int index);

/* Pushes a channel that gives the time after the pause, and then after each period if that is not 0. Milliseconds. */
void channel_timer (lua_State *L, double delayms, double periodms);

/* Stops the timer of the channel at 'index'. False: it had ended. */
int channel_stoptimer (lua_State *L, int index);

/* Starts the timer of the channel at 'index' anew, once. False: it had ended. */
int channel_restarttimer (lua_State *L, int index, double delayms);

/* Pushes a channel of the running process that gets the EXIT event of what it executes, and nothing else. */
struct Channel *channel_result (lua_State *L);

#endif
