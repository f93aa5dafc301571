#include <string.h>

#include "entry.h"
#include "host_calls.h"
#include "memory.h"
#include "pid.h"

int pid_short;

#define NODEMAX  128
#define NAMEMAX  200  /* of a host and of an entry */
#define FOREIGNMAX  4096

static char node[NODEMAX + 2];  /* with the @ */
static size_t nodelength;
static Place *places;

void pid_node (const char *name, size_t length) {
  if (length > NODEMAX) length = NODEMAX;
  memcpy(node, name, length);
  if (length > 0) node[length++] = '@';
  nodelength = length;
}

static size_t cut (size_t length, size_t most) { return length < most ? length : most; }

static const Place *find (const char *text, size_t length) {
  Place *place = places;
  while (place != NULL && (place->length != length || memcmp(place->text, text, length) != 0)) place = place->next;
  return place;
}

static const Place *keep (const char *text, size_t length, size_t hostlength) {
  Place *place = memory_take(sizeof(Place));
  char *kept = memory_take(length);
  if (place == NULL || kept == NULL) __builtin_trap();
  memcpy(kept, text, length);
  *place = (Place){ places, kept, (uint16_t)length, (uint16_t)hostlength };
  return places = place;
}

/* Writes "host|entry"; returns its length. */
static size_t join (char *to, const char *host, size_t hostlength, const char *entry, size_t entrylength) {
  memcpy(to, host, hostlength);
  to[hostlength++] = '|';
  memcpy(to + hostlength, entry, entrylength);
  return hostlength + entrylength;
}

const Place *pid_place (const char *host, size_t hostlength, const char *entry, size_t entrylength) {
  char text[NODEMAX + 2 * NAMEMAX + 3];
  size_t length;
  const Place *place;
  hostlength = cut(hostlength, NAMEMAX);
  memcpy(text, node, nodelength);
  length = nodelength + join(text + nodelength, host, hostlength, entry, cut(entrylength, NAMEMAX));
  place = find(text, length);
  return place != NULL ? place : keep(text, length, nodelength + hostlength);
}

const Place *pid_placeof (const char *host, size_t hostlength, const char *entry, size_t entrylength) {
  static int foreign;
  char text[NODEMAX + 2 * NAMEMAX + 3];
  size_t length;
  const Place *place;
  hostlength = cut(hostlength, NODEMAX + NAMEMAX + 1);
  length = join(text, host, hostlength, entry, cut(entrylength, NAMEMAX));
  if ((place = find(text, length)) != NULL) return place;
  if (foreign >= FOREIGNMAX && entrylength > 0) return pid_placeof(host, hostlength, "", 0);
  foreign++;
  return keep(text, length, hostlength);
}

static size_t writenumber (char *to, uint64_t number) {
  static const char digits[] = "0123456789abcdef";
  size_t width = 5, at = 0;
  if (number >> 20) width = 6;
  if (number >> 24) width = 8;
  if (number >> 32) width = 16;
  to[at++] = '0';
  to[at++] = 'x';
  for (size_t i = width; i-- > 0;) to[at++] = digits[number >> (4 * i) & 15];
  return at;
}

size_t pid_write (char *to, Pid pid) {
  size_t length = pid_short ? pid.place->hostlength : pid.place->length, at = 0;
  to[at++] = '{';
  memcpy(to + at, pid.place->text, length);
  at += length;
  to[at++] = '|';
  at += writenumber(to + at, pid.number);
  to[at++] = '}';
  return at;
}

void pid_push (lua_State *L, Pid pid) {
  char text[PIDMAX];
  size_t length = pid_write(text, pid);
  lua_pushlstring(L, text, length);
}

static int digit (char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/* What stands after the last bar. Any name is one, but only those that are written as ours can be of a process: else 0. */
static uint64_t numberof (const char *text, const char *end) {
  uint64_t number = 0;
  if (end - text < 3 || text[0] != '0' || text[1] != 'x') return 0;
  for (text += 2; text < end; text++) {
    if (digit(*text) < 0 || number >> 60 != 0) return 0;
    number = number << 4 | (uint64_t)digit(*text);
  }
  return number;
}

int pid_parse (const char *text, size_t length, PidText *parsed) {
  const char *end = text + length - 1, *first, *last;
  if (length < 5 || length > PIDMAX || text[0] != '{' || *end != '}') return 0;
  for (last = end - 1; last > text && *last != '|'; last--) ;
  if (last == text || last + 1 == end) return 0;
  first = memchr(text + 1, '|', (size_t)(last - text));
  if (first == text + 1) return 0;
  if (first != last && memchr(first + 1, '|', (size_t)(last - first - 1)) != NULL) return 0;
  *parsed = (PidText){ text + 1, (size_t)(first - text - 1), numberof(last + 1, end) };
  return 1;
}

/* Without a node it speaks of this one. */
int pid_isat (const PidText *text, const Place *place) {
  const char *host = place->text;
  size_t length = place->hostlength;
  if (memchr(text->host, '@', text->hostlength) == NULL) {
    host += nodelength;
    length -= nodelength;
  }
  return text->hostlength == length && memcmp(text->host, host, length) == 0;
}

int pid_iselsewhere (const PidText *text) {
  if (text->hostlength <= nodelength || memcmp(text->host, node, nodelength) != 0) return 0;
  if (host_find(text->host + nodelength, text->hostlength - nodelength) == NULL) return 0;
  return host_elsewhere((double)text->number);
}
