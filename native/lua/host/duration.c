#include "duration.h"

#include <string.h>

typedef struct Text { const char *at, *end; } Text;

static int isdigit_ (const Text *t) { return t->at < t->end && *t->at >= '0' && *t->at <= '9'; }

static int unit (Text *t, int64_t *ns) {
  static const struct { const char *name; int64_t ns; } units[] = {  /* a name after those that it begins */
    { "ns", 1 }, { "us", 1000 }, { "\xc2\xb5s", 1000 }, { "\xce\xbcs", 1000 }, { "ms", 1000000 },
    { "s", 1000000000 }, { "m", 60000000000 }, { "h", 3600000000000 }
  };
  for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
    size_t length = strlen(units[i].name);
    if ((size_t)(t->end - t->at) < length || memcmp(t->at, units[i].name, length) != 0) continue;
    t->at += length;
    *ns = units[i].ns;
    return 1;
  }
  return 0;
}

/* One number with its unit, added to 'total'. */
static int part (Text *t, uint64_t *total) {
  uint64_t whole = 0, fraction = 0, scaled;
  double scale = 1;
  int digits = 0;
  int64_t ns;
  for (; isdigit_(t); t->at++, digits++) {
    if (whole > (UINT64_MAX >> 1) / 10) return 0;
    whole = whole * 10 + (uint64_t)(*t->at - '0');
  }
  if (t->at < t->end && *t->at == '.')
    for (t->at++; isdigit_(t); t->at++, digits++) {
      if (fraction > (UINT64_MAX >> 1) / 10 - 1) continue;  /* more than a nanosecond can show */
      fraction = fraction * 10 + (uint64_t)(*t->at - '0');
      scale *= 10;
    }
  if (digits == 0 || !unit(t, &ns)) return 0;
  if (whole > ((uint64_t)1 << 63) / (uint64_t)ns) return 0;
  scaled = whole * (uint64_t)ns + (uint64_t)((double)fraction * ((double)ns / scale));
  if (scaled > (uint64_t)1 << 63 || *total > ((uint64_t)1 << 63) - scaled) return 0;
  *total += scaled;
  return 1;
}

int duration_parse (const char *text, size_t length, int64_t *ns) {
  Text t = { text, text + length };
  int negative = 0;
  uint64_t total = 0;
  if (t.at < t.end && (*t.at == '-' || *t.at == '+')) negative = *t.at++ == '-';
  if (t.end - t.at == 1 && *t.at == '0') {
    *ns = 0;
    return 1;
  }
  if (t.at == t.end) return 0;
  while (t.at < t.end)
    if (!part(&t, &total)) return 0;
  if (total > INT64_MAX && !negative) return 0;
  *ns = negative ? (int64_t)(0 - total) : (int64_t)total;
  return 1;
}
