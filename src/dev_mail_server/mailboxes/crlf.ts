const lf = 0x0a;
const cr = 0x0d;

/** The same mail with CRLF at the end of each line, as IMAP and SMTP want it; the same buffer when it already is. */
export function withCrlf(raw: Buffer): Buffer {
  const bare = bareLineFeeds(raw);
  if (bare.length === 0) return raw;
  const result = Buffer.allocUnsafe(raw.length + bare.length);
  let from = 0;
  let to = 0;
  for (const at of bare) {
    to += raw.copy(result, to, from, at);
    result[to] = cr;
    to += 1;
    from = at;
  }
  raw.copy(result, to, from);
  return result;
}

function bareLineFeeds(raw: Buffer): number[] {
  const found: number[] = [];
  for (let at = raw.indexOf(lf); at !== -1; at = raw.indexOf(lf, at + 1)) {
    if (at === 0 || raw[at - 1] !== cr) found.push(at);
  }
  return found;
}
