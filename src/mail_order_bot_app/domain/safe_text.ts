// Control characters, line and paragraph separators, bidirectional overrides and zero-width characters: nothing that could
// end a header field, or make a person read something else than what stands there.
const unsafe = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+/gu;

const messageIdShape = /^<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.:,()[\]-]{1,180}@[A-Za-z0-9!#$%&'*+/=?^_`{|}~.:[\]-]{1,120}>$/;
const addressShape = /^[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9-]{1,63}$/;

/** One line without anything invisible, at most `maxLength` characters: the only way a stranger's words get into a header. */
export function oneLine(text: string, maxLength: number): string {
  // Bounded before the expression runs, and after it, since cutting may leave half a character.
  const line = text
    .slice(0, maxLength * 4)
    .replaceAll(unsafe, " ")
    .replaceAll(/ {2,}/g, " ")
    .trim();
  const characters = Array.from(line);
  return characters.length <= maxLength ? line : `${characters.slice(0, maxLength - 1).join("")}…`;
}

/** Whether it is a Message-ID with angle brackets that can stand in a header as it is. RFC 5322 §3.6.4, without quoting. */
export function isMessageId(text: string): boolean {
  return messageIdShape.test(text);
}

/** Whether it is a plain, lower-case mail address that can stand in a header and an SMTP command as it is. */
export function isPlainAddress(text: string): boolean {
  return text.length <= 254 && addressShape.test(text);
}

/** The part after the @, or "" if there is none. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1);
}
