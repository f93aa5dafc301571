import { parentPort, workerData } from "node:worker_threads";
import type { IncomingMail, UnreadableMail } from "../domain/incoming_mail.ts";
import type { MailLimits } from "./mail_limits.ts";
import { readMail } from "./read_mail.ts";

/** What a parsing thread is started with; it answers with one mail and ends. */
export interface ParseWork {
  readonly raw: Uint8Array;
  readonly limits: MailLimits;
}

const { raw, limits } = workerData as ParseWork;
const mail = await readMail(raw, limits);
parentPort?.postMessage(mail, contentsOf(mail));

/** The bytes of the attachments are moved, not copied. Each has its own buffer: the parser allocates one per part. */
function contentsOf(read: IncomingMail | UnreadableMail): ArrayBuffer[] {
  if (read.kind === "unreadable") return [];
  const buffers = read.attachments.map((attachment) => attachment.content.buffer);
  return [...new Set(buffers)].filter((buffer) => buffer instanceof ArrayBuffer);
}
