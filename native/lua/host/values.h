/*
** Values on their way from one heap to another, as bytes. Everything is
** copied: tables with what they hold, circles and shared parts included, and
** with their metatables. A function, thread or channel cannot be sent.
**
** Bytes that stay in the lane may name a string of a frozen heap by its
** address; bytes for the outside ("portable") never do.
*/
#ifndef values_h
#define values_h

#include <stddef.h>
#include <stdint.h>

#include "lua.h"

/* Bytes that are being written. One writer serves the whole lane: what it holds is used before the next use begins. */
typedef struct Writer {
  char *bytes;
  size_t length, size;
} Writer;

extern Writer values_writer;

/* Which frozen strings may be named by their address. */
typedef enum Reach {
  PORTABLE,  /* none */
  LANE,  /* those of the base */
  SAMECODE  /* those of the code of the sender too: the receiver runs the same */
} Reach;

/* The kinds of userdata that are values and can be sent; each has a metatable in the base. */
typedef enum ValueKind { VALUE_ERROR = 1, VALUE_PAYLOAD, VALUE_TIME, VALUE_DURATION, VALUE_LOCATION, VALUE_KINDS } ValueKind;

void writer_reset (Writer *w);
void writer_free (Writer *w);
void writer_bytes (Writer *w, const void *bytes, size_t length);

void write_nil (Writer *w);
void write_boolean (Writer *w, int value);
void write_integer (Writer *w, int64_t value);
void write_number (Writer *w, double value);
void write_string (Writer *w, const char *text, size_t length);

/* A table of 'fields' pairs that follow: key, value, key, value ... */
void write_table (Writer *w, uint32_t fields);

/* A table of this value that was begun before, the n-th, counted from 0. */
void write_again (Writer *w, uint32_t number);

/* A userdata of that kind; its state follows. */
void write_object (Writer *w, ValueKind kind);

/*
** Writes the value at 'index'. Raises an error in L when a part of it cannot
** be sent, or is nested deeper than 128 tables, or is longer than 'limit' bytes.
*/
void write_value (Writer *w, lua_State *L, int index, Reach reach, size_t limit);

/* The same for a part of a value in which 'tables' have begun. */
void write_part (Writer *w, lua_State *L, int index, Reach reach, size_t limit, uint32_t tables);

/* Pushes the value that the bytes begin with; returns where the next one begins. May raise a memory error in L. */
const char *read_value (lua_State *L, const char *bytes);

/* Writes the bytes anew so that they name no string by its address. */
void write_detached (Writer *w, const char *bytes, size_t length);

#endif
