import type { IncomingMail, UnreadableMail } from "../domain/incoming_mail.ts";

/** Turns raw bytes into a mail. */
export interface MailParser {
  /** Named in the audit trail, so that a decision can be understood later. */
  readonly version: string;
  /**
   * Never throws because of the bytes, and always ends: what cannot be read within the limits is an UnreadableMail.
   * Rejects only with the signal's reason when it aborts.
   */
  parse(raw: Uint8Array, signal?: AbortSignal): Promise<IncomingMail | UnreadableMail>;
}
