import type { ReceivedMail } from "./received_mail.ts";

/**
 * Recognises a mail after its folder was renumbered: Message-ID and content, or for a mail that was never fetched what the
 * server says of it. Undefined when that would be too little to tell two mails apart.
 */
export function fingerprintOf(mail: ReceivedMail): string | undefined {
  if (!mail.tooLarge) return `${mail.sha256} ${mail.messageId ?? ""}`;
  return mail.messageId === undefined ? undefined : `size ${mail.size} at ${mail.internalDate} ${mail.messageId}`;
}
