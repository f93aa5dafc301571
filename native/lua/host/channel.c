/* Channels, see channel.h. Over 350 lines: a receive, a send and a select are one thing, a wait, seen from three sides. */
#define LUA_CORE
#include "lprefix.h"
#include "lua.h"
#include "lauxlib.h"
#include "lapi.h"
#include "lgc.h"
#include "lobject.h"
#include "lstate.h"

#include <string.h>

#include "channel.h"
#include "entry.h"
#include "heap.h"
#include "lane.h"
#include "timer.h"
#include "values.h"

/* listens of one process: each message looks through them */
#define MAXTOPICS  1000

/* {====================================================== what a channel is */

/* A plain channel joins coroutines; the others belong to the process. */
typedef enum ChannelKind { PLAIN, TOPIC, INBOX, EVENTS, TIMER } ChannelKind;

typedef struct Waiter Waiter;

typedef struct Queue { Waiter *first, *last; } Queue;

/* The memory of a channel's userdata. Its first user value: buffered values of a plain one, the topic of another. */
typedef struct Channel {
  struct Channel *next;  /* of the process's own */
  Queue receivers, senders;
  Message *first, *last;
  Timer *timer;
  lua_Integer begin, end;  /* where buffered values lie in their table */
  uint32_t hash;  /* of the topic */
  int capacity;
  uint8_t kind, closed, asmessage, ticked;
} Channel;

/* A case of a waiting fiber, in the queue of its channel. */
struct Waiter {
  Waiter *next, *prev;
  Channel *channel;  /* NULL: in no queue */
  struct Wait *wait;
  uint8_t sends;
};

/* A fiber that waits, from the call that parked it until it goes on. */
struct Wait {
  struct Wait *next, *prev;  /* all of its process */
  Process *p;
  Fiber *fiber;
  lua_State *L;  /* the coroutine that waits: results go onto its stack */
  int count;
  int fired;  /* the case that was served by another coroutine, or -1: look again */
  uint8_t woken, broken;  /* broken: its channel was closed under a send */
  Waiter waiters[];
};

typedef struct Wait Wait;

#define waitsize(count)  (sizeof(Wait) + (size_t)(count) * sizeof(Waiter))

static Table *channelmeta, *timermeta, *casemeta, *messagemeta;

static Channel *tochannel (lua_State *L, int index) {
  const TValue *o = index < 0 ? s2v(L->top + index) : s2v(L->ci->func + index);
  if (index > 0 && L->ci->func + index >= L->top) return NULL;
  if (ttypetag(o) != LUA_VUSERDATA) return NULL;
  if (uvalue(o)->metatable != channelmeta && uvalue(o)->metatable != timermeta) return NULL;
  return (Channel *)getudatamem(uvalue(o));
}

static Channel *checkchannel (lua_State *L, int index) {
  Channel *c = tochannel(L, index);
  if (c == NULL) luaL_typeerror(L, index, "channel");
  return c;
}

/* Pushes an object with one of our metatables. */
static void *newobject (lua_State *L, size_t size, int uservalues, Table *meta) {
  void *memory = lua_newuserdatauv(L, size, uservalues);
  uvalue(s2v(L->top - 1))->metatable = meta;
  memset(memory, 0, size);
  return memory;
}

static Channel *newchannel (lua_State *L, ChannelKind kind) {
  Channel *c = newobject(L, sizeof(Channel), 2, channelmeta);
  c->kind = (uint8_t)kind;
  return c;
}

/* }====================================================== */

/* {====================================================== queues of the waiting */

static void enqueue (Queue *q, Waiter *w) {
  w->next = NULL;
  w->prev = q->last;
  if (q->last) q->last->next = w; else q->first = w;
  q->last = w;
}

static void dequeue (Waiter *w) {
  Queue *q;
  if (w->channel == NULL) return;
  q = w->sends ? &w->channel->senders : &w->channel->receivers;
  if (w->prev) w->prev->next = w->next; else q->first = w->next;
  if (w->next) w->next->prev = w->prev; else q->last = w->prev;
  w->channel = NULL;
}

static Wait *newwait (lua_State *L, int count) {
  Process *p = lane_running;
  Wait *wait = memory_take(waitsize(count));
  if (wait == NULL) luaL_error(L, "not enough memory");
  memset(wait, 0, waitsize(count));
  *wait = (Wait){ .p = p, .fiber = p->current, .L = L, .count = count, .fired = -1, .next = p->waits };
  if (p->waits) p->waits->prev = wait;
  p->waits = wait;
  return wait;
}

static void freewait (Wait *wait) {
  for (int i = 0; i < wait->count; i++) dequeue(&wait->waiters[i]);
  if (wait->prev) wait->prev->next = wait->next; else wait->p->waits = wait->next;
  if (wait->next) wait->next->prev = wait->prev;
  memory_give(wait, waitsize(wait->count));
}

static void waitfor (Wait *wait, int i, Channel *c, int sends) {
  Waiter *w = &wait->waiters[i];
  *w = (Waiter){ .channel = c, .wait = wait, .sends = (uint8_t)sends };
  enqueue(sends ? &c->senders : &c->receivers, w);
}

/* The fiber goes on and looks again. */
static void wake (Wait *wait) {
  if (wait->woken) return;
  wait->woken = 1;
  process_wake(wait->p, wait->fiber);
}

/* The fiber goes on: this case was served. */
static void fire (Waiter *w) {
  Wait *wait = w->wait;
  wait->fired = (int)(w - wait->waiters);
  for (int i = 0; i < wait->count; i++) dequeue(&wait->waiters[i]);
  wake(wait);
}

static void wakefirst (Queue *q) {
  for (Waiter *w = q->first; w != NULL; w = w->next) {
    if (!w->wait->woken) {
      wake(w->wait);
      return;
    }
  }
}

static void wakeall (Queue *q) {
  for (Waiter *w = q->first; w != NULL; w = w->next) wake(w->wait);
}

void channel_forget (Process *p) {
  for (Wait *wait = p->waits, *next; wait != NULL; wait = next) {
    next = wait->next;
    memory_give(wait, waitsize(wait->count));
  }
  p->waits = NULL;
}

/* }====================================================== */

/* {====================================================== messages */

Message *message_new (Pid from, const char *topic, size_t topiclength, const char *bytes, size_t length) {
  size_t size = sizeof(Message) + topiclength + length;
  Message *m = memory_take(size);
  if (m == NULL) return NULL;
  *m = (Message){ .from = from, .size = (uint32_t)size, .topiclength = (uint16_t)topiclength };
  memcpy(m->text, topic, topiclength);
  memcpy(m->text + topiclength, bytes, length);
  return m;
}

void message_free (Message *m) {
  memory_give(m, m->size);
}

static void append (Message **first, Message **last, Message *m) {
  m->next = NULL;
  if (*last) (*last)->next = m; else *first = m;
  *last = m;
}

static void freelist (Message *m) {
  for (Message *next; m != NULL; m = next) {
    next = m->next;
    message_free(m);
  }
}

static void account (Mailbox *box, const Message *m, int sign) {
  box->count += (uint32_t)sign;
  box->bytes += sign > 0 ? m->size : -(size_t)m->size;
}

static uint32_t hashof (const char *text, size_t length) {
  uint32_t hash = 2166136261u;
  for (size_t i = 0; i < length; i++) hash = (hash ^ (uint8_t)text[i]) * 16777619u;
  return hash;
}

static const TString *topicof (const Channel *c) {
  const Udata *u = (const Udata *)((const char *)c - udatamemoffset(2));
  return tsvalue(&u->uv[0].uv);
}

static Channel *listener (const Mailbox *box, const char *topic, size_t length) {
  uint32_t hash;
  if (box->channels == NULL) return NULL;
  hash = hashof(topic, length);
  for (Channel *c = box->channels; c != NULL; c = c->next) {
    const TString *own;
    if (c->hash != hash) continue;
    own = topicof(c);
    if (tsslen(own) == length && memcmp(getstr(own), topic, length) == 0) return c;
  }
  return NULL;
}

void mailbox_deliver (Process *p, Message *m) {
  Mailbox *box = &p->mailbox;
  Channel *c = listener(box, m->text, m->topiclength);
  if (c == NULL && m->text[0] != '@') c = box->inbox;
  account(box, m, 1);
  if (c == NULL) append(&box->first, &box->last, m);
  else {
    append(&c->first, &c->last, m);
    wakefirst(&c->receivers);
  }
}

int mailbox_isfull (const Process *p, size_t more) {
  return p->mailbox.count >= p->host->maxmessages || p->mailbox.bytes + more > p->host->maxmailbox;
}

void mailbox_event (Process *p, Message *m) {
  Mailbox *box = &p->mailbox;
  if (box->events == NULL) append(&box->firstevent, &box->lastevent, m);
  else {
    append(&box->events->first, &box->events->last, m);
    wakefirst(&box->events->receivers);
  }
}

void mailbox_free (Process *p) {
  Mailbox *box = &p->mailbox;
  for (Channel *c = box->channels; c != NULL; c = c->next) freelist(c->first);
  if (box->inbox) freelist(box->inbox->first);
  if (box->events) freelist(box->events->first);
  freelist(box->first);
  freelist(box->firstevent);
}

/* Moves the messages that nobody wanted so far to a channel that wants them. */
static void collect (Mailbox *box, Channel *c, int (*wants) (const Channel *, const Message *)) {
  Message *m = box->first;
  box->first = box->last = NULL;
  for (Message *next; m != NULL; m = next) {
    next = m->next;
    if (wants(c, m)) append(&c->first, &c->last, m);
    else append(&box->first, &box->last, m);
  }
}

static int wantstopic (const Channel *c, const Message *m) {
  const TString *own = topicof(c);
  return tsslen(own) == m->topiclength && memcmp(getstr(own), m->text, m->topiclength) == 0;
}

static int wantsany (const Channel *c, const Message *m) {
  (void)c;
  return m->text[0] != '@';
}

/* Anchors the channel on top of the stack in the registry: it is the process's own. */
static void own (lua_State *L, Channel *c) {
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, c);
}

static void pushown (lua_State *L, Channel *c) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, c);
}

void channel_topic (lua_State *L, const char *topic, size_t length, int asmessage) {
  Mailbox *box = &lane_running->mailbox;
  Channel *c = listener(box, topic, length);
  int count = 0;
  if (c != NULL) {
    pushown(L, c);
    return;
  }
  for (c = box->channels; c != NULL; c = c->next) count++;
  if (count >= MAXTOPICS) luaL_error(L, "a process listens to %d topics at most", MAXTOPICS);
  c = newchannel(L, TOPIC);
  c->asmessage = (uint8_t)asmessage;
  lua_pushlstring(L, topic, length);
  lua_setiuservalue(L, -2, 1);
  own(L, c);
  c->hash = hashof(topic, length);
  c->next = box->channels;
  box->channels = c;
  collect(box, c, wantstopic);
}

void channel_inbox (lua_State *L) {
  Mailbox *box = &lane_running->mailbox;
  if (box->inbox == NULL) {
    Channel *c = newchannel(L, INBOX);
    own(L, c);
    c->asmessage = 1;
    box->inbox = c;
    collect(box, c, wantsany);
  }
  else pushown(L, box->inbox);
}

void channel_events (lua_State *L) {
  Mailbox *box = &lane_running->mailbox;
  if (box->events == NULL) {
    Channel *c = newchannel(L, EVENTS);
    own(L, c);
    box->events = c;
    c->first = box->firstevent;
    c->last = box->lastevent;
    box->firstevent = box->lastevent = NULL;
  }
  else pushown(L, box->events);
}

int channel_unlisten (lua_State *L, int index) {
  Mailbox *box = &lane_running->mailbox;
  Channel *c = tochannel(L, index), **at = &box->channels;
  if (c == NULL || c->kind != TOPIC || c->closed) return 0;
  while (*at != c) at = &(*at)->next;
  *at = c->next;
  c->closed = 1;
  while (c->first != NULL) {  /* what it never read looks for another channel, in order */
    Message *m = c->first;
    c->first = m->next;
    account(box, m, -1);
    mailbox_deliver(lane_running, m);
  }
  c->last = NULL;
  wakeall(&c->receivers);
  lua_pushnil(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, c);
  return 1;
}

/* The memory of a message's userdata. Its user values: topic, value. */
typedef struct MessageObject { Pid from; } MessageObject;

static void takemessage (lua_State *L, Channel *c) {
  Message *m = c->first;
  if (c->asmessage) {
    MessageObject *object = newobject(L, sizeof(MessageObject), 2, messagemeta);
    object->from = m->from;
    lua_pushlstring(L, m->text, m->topiclength);
    lua_setiuservalue(L, -2, 1);
    read_value(L, m->text + m->topiclength);
    lua_setiuservalue(L, -2, 2);
  }
  else {
    luaL_checkstack(L, 8, NULL);
    read_value(L, m->text + m->topiclength);
  }
  c->first = m->next;  /* only now: making the value may have failed */
  if (c->first == NULL) c->last = NULL;
  if (c->kind != EVENTS) account(&lane_running->mailbox, m, -1);
  message_free(m);
  luaC_checkGC(L);
}

static int message_topic (lua_State *L) {
  luaL_checktype(L, 1, LUA_TUSERDATA);
  lua_getiuservalue(L, 1, 1);
  return 1;
}

static MessageObject *checkmessage (lua_State *L) {
  const TValue *o = s2v(L->ci->func + 1);
  if (lua_gettop(L) < 1 || ttypetag(o) != LUA_VUSERDATA || uvalue(o)->metatable != messagemeta)
    luaL_typeerror(L, 1, "message");
  return (MessageObject *)getudatamem(uvalue(o));
}

static int message_from (lua_State *L) {
  MessageObject *object = checkmessage(L);
  if (object->from.place == NULL) return 0;
  pid_push(L, object->from);
  return 1;
}

static int message_payload (lua_State *L) {
  checkmessage(L);
  lua_getiuservalue(L, 1, 2);
  if (lua_type(L, -1) == LUA_TUSERDATA && heap_kindof(uvalue(s2v(L->top - 1))) == VALUE_PAYLOAD) return 1;
  lua_createtable(L, 0, 2);
  lua_insert(L, -2);
  lua_setfield(L, -2, "data");
  lua_pushliteral(L, "lua/any");
  lua_setfield(L, -2, "format");
  lua_newuserdatauv(L, 0, 1);
  lua_insert(L, -2);
  lua_setiuservalue(L, -2, 1);
  heap_setkind(L, VALUE_PAYLOAD);
  return 1;
}

/* }====================================================== */

/* {====================================================== timers */

static void ticked (void *owner) {
  Channel *c = owner;
  c->ticked = 1;
  if (!timer_isperiodic(c->timer)) c->timer = NULL;
  wakefirst(&c->receivers);
}

void channel_timer (lua_State *L, double delayms, double periodms) {
  Channel *c = newchannel(L, TIMER);
  Udata *u = uvalue(s2v(L->top - 1));
  u->metatable = timermeta;
  luaC_checkfinalizer(L, obj2gco(u), timermeta);
  c->timer = timer_start(lane_running, delayms, periodms, ticked, c);
  if (c->timer == NULL) luaL_error(L, "not enough memory");
}

int channel_stoptimer (lua_State *L, int index) {
  Channel *c = tochannel(L, index);
  int running = c != NULL && c->timer != NULL;
  if (running) timer_stop(c->timer);
  if (c != NULL) c->timer = NULL;
  return running;
}

/* nobody can receive from it any more */
static int timer_collected (lua_State *L) {
  channel_stoptimer(L, 1);
  return 0;
}

/* }====================================================== */

/* {====================================================== receive */

/* Moves a value from the stack of a sender that waits to that of L. */
static void takesent (lua_State *L, Waiter *w) {
  lua_State *from = w->wait->L;
  if (w->wait->count == 1 && lua_type(from, 1) == LUA_TUSERDATA)  /* channel:send(value) */
    lua_pushvalue(from, 2);
  else {  /* a case of select{...} */
    lua_rawgeti(from, 1, w - w->wait->waiters + 1);
    lua_getiuservalue(from, -1, 2);
    lua_remove(from, -2);
  }
  if (from != L) lua_xmove(from, L, 1);
  fire(w);
}

static void pushbuffered (lua_State *L, Channel *c, int index) {
  lua_getiuservalue(L, index, 1);
  lua_rawgeti(L, -1, c->begin);
  lua_pushnil(L);
  lua_rawseti(L, -3, c->begin);
  lua_remove(L, -2);
  c->begin++;
}

static void buffer (lua_State *L, Channel *c, int index) {  /* the value is on top */
  if (lua_getiuservalue(L, index, 1) == LUA_TNIL) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, index, 1);
  }
  lua_insert(L, -2);
  lua_rawseti(L, -2, c->end++);
  lua_pop(L, 1);
}

/* Pushes what the channel at 'index' gives now, and whether it is a value. False: it would have to wait. */
static int tryreceive (lua_State *L, Channel *c, int index) {
  if (c->kind == TIMER) {
    if (!c->ticked) return 0;
    c->ticked = 0;
    timer_pushnow(L);
  }
  else if (c->kind != PLAIN && c->first != NULL) takemessage(L, c);
  else if (c->kind == PLAIN && c->begin < c->end) {
    pushbuffered(L, c, index);
    if (c->senders.first != NULL) {
      takesent(L, c->senders.first);
      buffer(L, c, index);
    }
  }
  else if (c->senders.first != NULL) takesent(L, c->senders.first);
  else if (c->closed) {
    lua_pushnil(L);
    lua_pushboolean(L, 0);
    return 1;
  }
  else return 0;
  lua_pushboolean(L, 1);
  return 1;
}

/* Stops the running fiber until one of its cases is served or may be. */
static int park (lua_State *L, Wait *wait, lua_KFunction k) {
  luaL_checkstack(L, 8, NULL);
  lane_parked = 1;
  return luaN_pausek(L, (lua_KContext)wait, k);
}

static void checkparkable (lua_State *L) {
  if (!luaN_stoppable(L)) luaL_error(L, "attempt to wait across a C-call boundary");
}

static int receive (lua_State *L);

static int receivek (lua_State *L, int status, lua_KContext ctx) {
  Wait *wait = (Wait *)ctx;
  int fired = wait->fired;
  (void)status;
  freewait(wait);
  return fired >= 0 ? 2 : receive(L);
}

static int receive (lua_State *L) {
  Channel *c = checkchannel(L, 1);
  Wait *wait;
  if (tryreceive(L, c, 1)) return 2;
  checkparkable(L);
  wait = newwait(L, 1);
  waitfor(wait, 0, c, 0);
  return park(L, wait, receivek);
}

/* }====================================================== */

/* {====================================================== send and close */

static int refuseclosed (lua_State *L) {
  return luaL_error(L, "send on closed channel");
}

/* Hands the value on top of the stack over and pops it. False: it would have to wait, and the value is still there. */
static int trysend (lua_State *L, Channel *c, int index) {
  if (c->kind != PLAIN) luaL_error(L, "cannot send on a channel owned by the process");
  if (c->closed) refuseclosed(L);
  if (c->receivers.first != NULL) {
    Waiter *w = c->receivers.first;
    lua_State *to = w->wait->L;
    if (to != L) lua_xmove(L, to, 1);
    lua_pushboolean(to, 1);
    fire(w);
    return 1;
  }
  if (c->end - c->begin >= c->capacity) return 0;
  buffer(L, c, index);
  return 1;
}

static int sendk (lua_State *L, int status, lua_KContext ctx) {
  Wait *wait = (Wait *)ctx;
  int broken = wait->broken;
  (void)status;
  freewait(wait);
  if (broken) return refuseclosed(L);
  lua_pushboolean(L, 1);
  return 1;
}

static int send (lua_State *L) {
  Channel *c = checkchannel(L, 1);
  Wait *wait;
  lua_settop(L, 2);
  lua_pushvalue(L, 2);
  if (trysend(L, c, 1)) {
    lua_pushboolean(L, 1);
    return 1;
  }
  checkparkable(L);
  lua_settop(L, 2);
  wait = newwait(L, 1);
  waitfor(wait, 0, c, 1);
  return park(L, wait, sendk);
}

static int closechannel (lua_State *L) {
  Channel *c = checkchannel(L, 1);
  if (c->kind != PLAIN) return luaL_error(L, "cannot close a channel owned by the process");
  c->closed = 1;
  while (c->receivers.first != NULL) {
    lua_State *to = c->receivers.first->wait->L;
    lua_pushnil(to);
    lua_pushboolean(to, 0);
    fire(c->receivers.first);
  }
  while (c->senders.first != NULL) {
    c->senders.first->wait->broken = 1;
    fire(c->senders.first);
  }
  return 0;
}

/* }====================================================== */

/* {====================================================== select */

/* The memory of a case's userdata. Its user values: the channel, the value to send. */
typedef struct Case { uint8_t sends; } Case;

static int case_receive (lua_State *L) {
  checkchannel(L, 1);
  if (lua_getiuservalue(L, 1, 2) == LUA_TUSERDATA) return 1;  /* they are all alike */
  newobject(L, sizeof(Case), 2, casemeta);
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, -2, 1);
  lua_pushvalue(L, -1);
  lua_setiuservalue(L, 1, 2);
  return 1;
}

static int case_send (lua_State *L) {
  Case *made;
  Channel *c = checkchannel(L, 1);
  if (c->kind != PLAIN) return luaL_error(L, "cannot send on a channel owned by the process");
  lua_settop(L, 2);
  made = newobject(L, sizeof(Case), 2, casemeta);
  made->sends = 1;
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, -2, 1);
  lua_pushvalue(L, 2);
  lua_setiuservalue(L, -2, 2);
  return 1;
}

/* Makes {channel, value, ok} of the channel, value and ok on top of the stack. */
static int selected (lua_State *L) {
  int ok = lua_toboolean(L, -1), at = lua_gettop(L) - 2;
  lua_createtable(L, 0, ok ? 3 : 4);
  lua_pushvalue(L, at);
  lua_setfield(L, -2, "channel");
  lua_pushvalue(L, at + 1);
  lua_setfield(L, -2, "value");
  lua_pushboolean(L, ok);
  lua_setfield(L, -2, "ok");
  if (!ok) {
    lua_pushliteral(L, "channel closed");
    lua_setfield(L, -2, "error");
  }
  return 1;
}

/* Pushes the case in place i of the list and its channel. NULL: it is no case, and nothing is pushed. */
static Case *pushcase (lua_State *L, int i) {
  const TValue *o;
  lua_rawgeti(L, 1, i);
  o = s2v(L->top - 1);
  if (ttypetag(o) == LUA_VUSERDATA && uvalue(o)->metatable == casemeta) {
    lua_getiuservalue(L, -1, 1);
    return (Case *)getudatamem(uvalue(o));
  }
  lua_pop(L, 1);
  return NULL;
}

static int selectloop (lua_State *L);

static int selectk (lua_State *L, int status, lua_KContext ctx) {
  Wait *wait = (Wait *)ctx;
  int fired = wait->fired, broken = wait->broken;
  Case *served;
  (void)status;
  freewait(wait);
  if (fired < 0) {
    lua_settop(L, 2);
    return selectloop(L);
  }
  if (broken) return refuseclosed(L);
  served = pushcase(L, fired + 1);
  lua_remove(L, -2);
  if (served->sends) {
    lua_pushnil(L);
    lua_pushboolean(L, 1);
  }
  else {  /* the value and its ok lie below */
    lua_pushvalue(L, -3);
    lua_pushvalue(L, -3);
  }
  return selected(L);
}

static int selectloop (lua_State *L) {
  int count = (int)lua_rawlen(L, 1), cases = 0;
  Wait *wait;
  for (int i = 1; i <= count; i++) {
    Case *each = pushcase(L, i);
    Channel *c;
    if (each == NULL) continue;
    cases++;
    c = checkchannel(L, -1);
    if (each->sends) {
      lua_getiuservalue(L, -2, 2);
      if (trysend(L, c, lua_gettop(L) - 1)) {
        lua_pushnil(L);
        lua_pushboolean(L, 1);
        return selected(L);
      }
      lua_pop(L, 1);
    }
    else if (tryreceive(L, c, lua_gettop(L))) return selected(L);
    lua_pop(L, 2);
  }
  if (lua_toboolean(L, 2)) {
    lua_createtable(L, 0, 2);
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, "default");
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, "ok");
    return 1;
  }
  checkparkable(L);
  wait = newwait(L, count);
  for (int i = 1; i <= count; i++) {
    Case *each = pushcase(L, i);
    if (each == NULL) continue;
    waitfor(wait, i - 1, checkchannel(L, -1), each->sends);
    lua_pop(L, 2);
  }
  (void)cases;
  return park(L, wait, selectk);
}

static int selectcases (lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 2);
  if (!lua_toboolean(L, 2)) {
    lua_getfield(L, 1, "default");
    lua_replace(L, 2);
  }
  return selectloop(L);
}

/* }====================================================== */

static int newplain (lua_State *L) {
  lua_Integer capacity = luaL_optinteger(L, 1, 0);
  Channel *c = newchannel(L, PLAIN);
  c->capacity = capacity < 0 ? 0 : capacity > INT_MAX ? INT_MAX : (int)capacity;
  return 1;
}

static Table *makemeta (lua_State *L, const char *name, const luaL_Reg *methods) {
  lua_createtable(L, 0, 4);
  lua_newtable(L);
  luaL_setfuncs(L, methods, 0);
  lua_setfield(L, -2, "__index");
  lua_pushstring(L, name);
  lua_setfield(L, -2, "__name");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pushvalue(L, -1);
  luaL_ref(L, LUA_REGISTRYINDEX);
  return hvalue(s2v(L->top - 1));
}

int channel_open (lua_State *L) {
  static const luaL_Reg methods[] = {
    { "send", send }, { "receive", receive }, { "close", closechannel },
    { "case_receive", case_receive }, { "case_send", case_send }, { NULL, NULL }
  };
  static const luaL_Reg none[] = { { NULL, NULL } };
  static const luaL_Reg messagemethods[] = {
    { "topic", message_topic }, { "from", message_from }, { "payload", message_payload }, { NULL, NULL }
  };
  static const luaL_Reg functions[] = { { "new", newplain }, { "select", selectcases }, { NULL, NULL } };
  channelmeta = makemeta(L, "channel", methods);
  timermeta = makemeta(L, "channel", methods);
  lua_pushcfunction(L, timer_collected);
  lua_setfield(L, -2, "__gc");
  casemeta = makemeta(L, "case", none);
  messagemeta = makemeta(L, "message", messagemethods);
  lua_pop(L, 4);
  luaL_newlib(L, functions);
  return 1;
}
