import type { Clock } from "../../app_runtime/base/clock.ts";
import type { IncomingMail, UnreadableMail } from "../domain/incoming_mail.ts";
import type { MailParser } from "../services/mail_parser.ts";
import { mailCost } from "./mail_cost.ts";
import { defaultMailLimits, type MailLimits } from "./mail_limits.ts";
import { MailParseThreads } from "./mail_parse_threads.ts";
import { readMail } from "./read_mail.ts";
import { unreadableMail } from "./unreadable_mail.ts";

/** Parses mail with postal-mime: ordinary mail at once, large or strange mail in a thread with a deadline. */
export class PostalMailParser implements MailParser {
  readonly version = "postal-mime 4";
  readonly #limits: MailLimits;
  readonly #threads: MailParseThreads;

  constructor(parts: { readonly clock: Clock; readonly limits?: Partial<MailLimits> }) {
    this.#limits = { ...defaultMailLimits, ...parts.limits };
    this.#threads = new MailParseThreads({ clock: parts.clock, limits: this.#limits });
  }

  async parse(raw: Uint8Array, signal?: AbortSignal): Promise<IncomingMail | UnreadableMail> {
    signal?.throwIfAborted();
    const { maxRawBytes } = this.#limits;
    if (raw.byteLength > maxRawBytes) {
      return unreadableMail(raw, "too-big", `It has ${raw.byteLength} bytes; at most ${maxRawBytes} are read.`);
    }
    switch (mailCost(raw, this.#limits)) {
      case "inline":
        return await readMail(raw, this.#limits);
      case "thread":
        return await this.#threads.parse(raw, signal);
      case "refuse":
        return unreadableMail(raw, "too-costly", "It has far more lines than its size explains.");
    }
  }
}
