#define LUA_CORE
#include "lprefix.h"
#include "lua.h"
#include "lobject.h"
#include "lstate.h"

#include <string.h>

#include "channel_parts.h"
#include "entry.h"
#include "values.h"

/* unread events of one process beyond which others may not add any at will */
#define MANYEVENTS  1000

Message *message_new (Pid from, const char *topic, size_t topiclength, const char *bytes, size_t length) {
  size_t size = sizeof(Message) + topiclength + length;
  Message *m = memory_take(size);
  if (m == NULL) return NULL;
  *m = (Message){ .from = from, .size = (uint32_t)size, .topiclength = (uint16_t)topiclength };
  memcpy(m->text, topic, topiclength);
  memcpy(m->text + topiclength, bytes, length);
  return m;
}

#define blobof(m)  (*(Blob *const *)(const void *)(m)->text)

void message_free (Message *m) {
  if (m->shared) blob_release(blobof(m));
  memory_give(m, m->size);
}

const char *message_value (const Message *m) {
  return m->shared ? blobof(m)->bytes : m->text + m->topiclength;
}

/* What it counts, whoever shares it. */
static size_t weight (const Message *m) {
  return m->shared ? m->size + blobof(m)->length : m->size;
}

Message *message_shared (Blob *b) {
  Message *m = message_new((Pid){ NULL, 0 }, "", 0, (const char *)&b, sizeof b);
  if (m == NULL) return NULL;
  m->shared = 1;
  b->holders++;
  return m;
}

Blob *blob_new (const char *bytes, size_t length) {
  Blob *b = memory_take(sizeof(Blob) + length);
  if (b == NULL) return NULL;
  *b = (Blob){ .holders = 1, .length = length };
  memcpy(b->bytes, bytes, length);
  return b;
}

void blob_release (Blob *b) {
  if (b != NULL && --b->holders == 0) memory_give(b, sizeof(Blob) + b->length);
}

/* {====================================================== lists */

static inline void append (Letters *to, Message *m) {
  m->next = NULL;
  if (to->last) to->last->next = m; else to->first = m;
  to->last = m;
}

static void freeletters (Letters *letters) {
  for (Message *m = letters->first, *next; m != NULL; m = next) {
    next = m->next;
    message_free(m);
  }
  *letters = (Letters){ NULL, NULL };
}

/* Both are in order, and so is the outcome. */
static Letters merge (Letters a, Letters b) {
  Letters all = { NULL, NULL };
  while (a.first != NULL && b.first != NULL) {
    Letters *from = a.first->order < b.first->order ? &a : &b;
    Message *m = from->first;
    from->first = m->next;
    append(&all, m);
  }
  if (a.first == NULL) a = b;
  if (a.first == NULL) return all;
  if (all.last) all.last->next = a.first; else all.first = a.first;
  all.last = a.last;
  return all;
}

/* }====================================================== */

static inline void account (Mailbox *box, const Message *m, int sign) {
  box->count += (uint32_t)sign;
  box->bytes += sign > 0 ? m->size : -(size_t)m->size;
}

uint32_t mailbox_hash (const char *text, size_t length) {
  uint32_t hash = 2166136261u;
  for (size_t i = 0; i < length; i++) hash = (hash ^ (uint8_t)text[i]) * 16777619u;
  return hash;
}

const TString *channel_topicof (const Channel *c) {
  const Udata *u = (const Udata *)((const char *)c - udatamemoffset(2));
  return tsvalue(&u->uv[0].uv);
}

Channel *mailbox_listener (const Mailbox *box, const char *topic, size_t length) {
  uint32_t hash;
  if (box->channels == NULL) return NULL;
  hash = mailbox_hash(topic, length);
  for (Channel *c = box->channels; c != NULL; c = c->next) {
    const TString *own;
    if (c->hash != hash) continue;
    own = channel_topicof(c);
    if (tsslen(own) == length && memcmp(getstr(own), topic, length) == 0) return c;
  }
  return NULL;
}

void mailbox_deliver (Process *p, Message *m) {
  Mailbox *box = &p->mailbox;
  Channel *c = mailbox_listener(box, m->text, m->topiclength);
  if (c == NULL && m->text[0] != '@') c = box->inbox;
  m->order = box->order++;
  account(box, m, 1);
  if (c == NULL) {
    append(&box->waiting, m);
    box->waitingcount++;
    box->waitingbytes += m->size;
  }
  else {
    append(&c->letters, m);
    wait_wakefirst(&c->receivers);
  }
}

void mailbox_read (Process *p, const Message *m) {
  account(&p->mailbox, m, -1);
  if (p->mailbox.senders.first != NULL && !mailbox_isfull(p, 0)) wait_wakefirst(&p->mailbox.senders);
}

int mailbox_isfull (const Process *p, size_t more) {
  return p->mailbox.count >= p->host->maxmessages || p->mailbox.bytes + more > p->host->maxmailbox;
}

int mailbox_refuses (const Process *p, const char *topic, size_t topiclength, size_t more) {
  const Mailbox *box = &p->mailbox;
  const Host *h = p->host;
  if (mailbox_isfull(p, more)) return 1;
  if (box->waitingcount < (h->maxmessages + 1) / 2 && box->waitingbytes + more <= h->maxmailbox / 2) return 0;
  return mailbox_listener(box, topic, topiclength) == NULL && (topic[0] == '@' || box->inbox == NULL);
}

int mailbox_istoosmall (const Process *p, size_t more) {
  return p->host->maxmessages == 0 || more > p->host->maxmailbox;
}

static void older (Letters **oldest, Letters *letters) {
  if (letters->first == NULL) return;
  if (*oldest == NULL || letters->first->order < (*oldest)->first->order) *oldest = letters;
}

void mailbox_makeroom (Process *p, const char *topic, size_t topiclength, size_t more) {
  Mailbox *box = &p->mailbox;
  while (mailbox_refuses(p, topic, topiclength, more)) {
    Letters *oldest = NULL;
    Message *m;
    older(&oldest, &box->waiting);
    if (mailbox_isfull(p, more)) {
      if (box->inbox != NULL) older(&oldest, &box->inbox->letters);
      for (Channel *c = box->channels; c != NULL; c = c->next) older(&oldest, &c->letters);
    }
    if (oldest == NULL) return;
    m = oldest->first;
    oldest->first = m->next;
    if (oldest->first == NULL) oldest->last = NULL;
    account(box, m, -1);
    if (oldest == &box->waiting) {
      box->waitingcount--;
      box->waitingbytes -= m->size;
    }
    message_free(m);
  }
}

void mailbox_event (Process *p, Message *m) {
  Mailbox *box = &p->mailbox;
  box->eventcount++;
  box->eventbytes += weight(m);
  if (box->eventbytes > p->host->maxmailbox) process_end(p, "too many unread events");
  if (box->events == NULL) append(&box->waitingevents, m);
  else {
    append(&box->events->letters, m);
    wait_wakefirst(&box->events->receivers);
  }
}

void mailbox_readevent (Process *p, const Message *m) {
  p->mailbox.eventcount--;
  p->mailbox.eventbytes -= weight(m);
}

int mailbox_hasmanyevents (const Process *p) {
  return p->mailbox.eventcount >= MANYEVENTS;
}

void mailbox_result (Process *p, Channel *c, Message *m) {
  (void)p;
  append(&c->letters, m);
  wait_wakefirst(&c->receivers);
}

static int wants (const Channel *c, const Message *m) {
  const TString *own;
  if (c->kind == INBOX) return m->text[0] != '@';
  own = channel_topicof(c);
  return tsslen(own) == m->topiclength && memcmp(getstr(own), m->text, m->topiclength) == 0;
}

static void countwaiting (Mailbox *box) {
  box->waitingcount = 0;
  box->waitingbytes = 0;
  for (const Message *m = box->waiting.first; m != NULL; m = m->next) {
    box->waitingcount++;
    box->waitingbytes += m->size;
  }
}

void mailbox_collect (Mailbox *box, Channel *c) {
  Message *m = box->waiting.first;
  box->waiting = (Letters){ NULL, NULL };
  for (Message *next; m != NULL; m = next) {
    next = m->next;
    append(wants(c, m) ? &c->letters : &box->waiting, m);
  }
  countwaiting(box);
}

void mailbox_giveback (Process *p, Channel *c) {
  Mailbox *box = &p->mailbox;
  if (box->inbox != NULL) {
    box->inbox->letters = merge(box->inbox->letters, c->letters);
    wait_wakeall(&box->inbox->receivers);
  }
  else {
    box->waiting = merge(box->waiting, c->letters);
    countwaiting(box);
  }
  c->letters = (Letters){ NULL, NULL };
}

/* {====================================================== a new state under an old mailbox */

/* The bytes of a message that names strings of the code's heap, written out; NULL: not enough memory. */
static Message *detached (Message *m) {
  const char *bytes = m->text + m->topiclength;
  size_t length = m->size - sizeof(Message) - m->topiclength;
  Message *fresh;
  writer_reset(&values_writer);
  write_detached(&values_writer, bytes, length);
  fresh = message_new(m->from, m->text, m->topiclength, values_writer.bytes, values_writer.length);
  if (fresh == NULL) return NULL;
  fresh->order = m->order;
  fresh->batch = m->batch;
  return fresh;
}

static int detachall (Mailbox *box, Letters *letters) {
  Message *last = NULL;
  for (Message **at = &letters->first; *at != NULL; at = &(*at)->next) {
    Message *old = *at, *fresh = detached(old);
    if (fresh == NULL) return 0;
    account(box, old, -1);
    account(box, fresh, 1);
    fresh->next = old->next;
    last = *at = fresh;
    if (letters->last == old) letters->last = fresh;
    message_free(old);
  }
  letters->last = last;
  return 1;
}

int mailbox_detach (Process *p) {
  Mailbox *box = &p->mailbox;
  int done = detachall(box, &box->waiting);
  if (box->inbox != NULL) done = done && detachall(box, &box->inbox->letters);
  for (Channel *c = box->channels; c != NULL; c = c->next) done = done && detachall(box, &c->letters);
  return done;
}

/* Merges like with like: as many messages as there are pass through few merges, however many channels there were. */
static void gather (Letters bins[32], Letters letters) {
  int i = 0;
  if (letters.first == NULL) return;
  for (; i < 31 && bins[i].first != NULL; i++) {
    letters = merge(bins[i], letters);
    bins[i] = (Letters){ NULL, NULL };
  }
  bins[i] = merge(bins[i], letters);
}

void mailbox_gather (Process *p) {
  Mailbox *box = &p->mailbox;
  Letters bins[32] = { { NULL, NULL } };
  gather(bins, box->waiting);
  if (box->inbox != NULL) gather(bins, box->inbox->letters);
  for (Channel *c = box->channels; c != NULL; c = c->next) gather(bins, c->letters);
  box->waiting = (Letters){ NULL, NULL };
  for (int i = 0; i < 32; i++) box->waiting = merge(box->waiting, bins[i]);
  countwaiting(box);
  if (box->events != NULL) box->waitingevents = box->events->letters;
  for (Channel *c = box->results; c != NULL; c = c->next) freeletters(&c->letters);
  box->channels = box->inbox = box->events = box->results = NULL;
}

/* }====================================================== */

void mailbox_free (Process *p) {
  Mailbox *box = &p->mailbox;
  for (Channel *c = box->channels; c != NULL; c = c->next) freeletters(&c->letters);
  for (Channel *c = box->results; c != NULL; c = c->next) freeletters(&c->letters);
  if (box->inbox) freeletters(&box->inbox->letters);
  if (box->events) freeletters(&box->events->letters);
  freeletters(&box->waiting);
  freeletters(&box->waitingevents);
  wait_release(&box->senders);
}
