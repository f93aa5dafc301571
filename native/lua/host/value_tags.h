/* How a value begins, on its way from one heap to another: what values.c writes and values_read.c reads. */
#ifndef value_tags_h
#define value_tags_h

enum Tag {
  T_NIL, T_FALSE, T_TRUE,
  T_BYTE,  /* int8 */
  T_INTEGER,  /* int64 */
  T_FLOAT,  /* double */
  T_SHORT,  /* uint8 length, bytes */
  T_LONG,  /* uint32 length, bytes */
  T_FROZEN,  /* address of a TString */
  T_TABLE,  /* uint32 array, uint32 fields, uint8 has a metatable, [metatable,] array, fields */
  T_AGAIN,  /* uint32: the n-th table of this value, counted from 0 as they began */
  T_OBJECT  /* uint8 kind, a value: the state of a userdata */
};

/* bytes that are copied in about the time of a step */
#define BYTESPERSTEP  16

/* what the smallest value takes */
#define VALUESTEPS  8

#endif
