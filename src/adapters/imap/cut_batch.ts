import type { SizedMail } from "./commands/fetch_sizes.ts";
import type { Uid } from "./mailbox_key.ts";

/** What one FETCH may carry. */
export interface BatchLimits {
  readonly mails: number;
  /** Bytes; a single mail may be larger. */
  readonly bytes: number;
  /** Mails over this many bytes are not fetched and weigh nothing. */
  readonly maxMailBytes: number;
}

/**
 * How many of the first mails to fetch together: one batch, except that a mail whose fetch failed before is tried alone,
 * so that one mail that breaks the connection does not keep the others from being read.
 */
export function batchLength(
  mails: readonly SizedMail[],
  limits: BatchLimits,
  trials: ReadonlyMap<Uid, number>,
): number {
  let bytes = 0;
  let length = 0;
  for (const mail of mails) {
    const weight = mail.size > limits.maxMailBytes ? 0 : mail.size;
    const suspect = trials.has(mail.uid);
    const fits = length < limits.mails && bytes + weight <= limits.bytes && !suspect;
    if (length > 0 && !fits) break;
    bytes += weight;
    length += 1;
    if (suspect) break;
  }
  return length;
}
