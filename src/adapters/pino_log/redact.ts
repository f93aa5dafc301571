const secretName = /pass(?:word|phrase)?$|secret|token$|authorization|credential|api[-_]?key|cookie/i;
const mask = "***";

/** A copy without what must not be kept: values under telling names, and secrets inside texts. */
export function redact(value: unknown): unknown {
  if (typeof value === "string") return redactText(value);
  if (Array.isArray(value)) return value.map(redact);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, secretName.test(name) ? mask : redact(inner)]),
  );
}

/** What is longer is cut: an error's words may hold a whole mail. */
const maxText = 4_000;

/** Nearly no text can hold a secret, and one look is cheaper than three replacements. */
const mayHoldSecret = /:\/\/|bearer|basic|pass|secret|token|api[-_]?key/i;

/** Masks the password of an address ("imap://me:secret@host"), what follows "Bearer" or "Basic", and `password=...`. */
export function redactText(text: string): string {
  if (text.length <= maxText && !mayHoldSecret.test(text)) return text;
  // Twice the length, so that a secret across the cut is still recognised. Every repetition below is bounded or cannot
  // backtrack: these texts come from strangers.
  const masked = text
    .slice(0, 2 * maxText)
    .replaceAll(/(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s:/@]*):[^\s@/]+@/gi, `$1:${mask}@`)
    .replaceAll(/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${mask}`)
    // After a dot it is a config path ("sources.inbox.password: is required"), and those messages hold no secrets.
    .replaceAll(
      /(?<!\.)\b(pass(?:word|phrase)?|secret|token|api[-_]?key)(\s*[=:]\s*)("[^"]*"|[^\s,;]+)/gi,
      `$1$2${mask}`,
    );
  return masked.length > maxText ? `${masked.slice(0, maxText)}…` : masked;
}
