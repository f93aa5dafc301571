import type { OutgoingMail } from "../domain/outgoing_mail.ts";

/** What came of sending one mail. */
export type SendResult =
  | { readonly kind: "sent"; readonly response: string }
  /** "Not now": trying this mail again later may help. */
  | { readonly kind: "temporary"; readonly code: number; readonly text: string }
  /** "Never": trying this mail again cannot help. */
  | { readonly kind: "permanent"; readonly code: number; readonly text: string }
  /** Nothing was said about this mail; `text` is a sentence. It may have been delivered if the connection broke late. */
  | { readonly kind: "unreachable"; readonly text: string };

/** The way out for mails. */
export interface OutboxMailer {
  /** Rejects only with the reason of `signal`. `mayLeave` is asked at the last moment; false keeps the mail from leaving. */
  send(mail: OutgoingMail, signal: AbortSignal, mayLeave?: () => boolean): Promise<SendResult>;
  close(): Promise<void>;
}
