#ifndef utf8_check_h
#define utf8_check_h

#include <stddef.h>

/* The length of the character that 'text' begins with, in bytes, or 0 when it is no UTF-8. At least one byte is there. */
static inline size_t utf8_check (const unsigned char *text, size_t length) {
  size_t more;
  if (text[0] < 0x80) return 1;
  if (text[0] < 0xC2 || text[0] > 0xF4) return 0;
  more = text[0] < 0xE0 ? 1 : text[0] < 0xF0 ? 2 : 3;
  if (length <= more) return 0;
  for (size_t i = 1; i <= more; i++)
    if ((text[i] & 0xC0) != 0x80) return 0;
  if (text[0] == 0xE0 && text[1] < 0xA0) return 0;  /* longer than need be */
  if (text[0] == 0xED && text[1] > 0x9F) return 0;  /* half of a pair */
  if (text[0] == 0xF0 && text[1] < 0x90) return 0;
  if (text[0] == 0xF4 && text[1] > 0x8F) return 0;
  return more + 1;
}

#endif
