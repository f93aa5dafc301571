import { Worker } from "node:worker_threads";
import type { Clock } from "../../app_runtime/base/clock.ts";
import { Fifo } from "../../app_runtime/base/fifo.ts";
import type { IncomingMail, UnreadableMail } from "../domain/incoming_mail.ts";
import type { MailLimits } from "./mail_limits.ts";
import type { ParseWork } from "./mail_parse_worker.ts";
import { unreadableMail } from "./unreadable_mail.ts";

/**
 * Parses costly mails, each in a thread of its own that is ended when it takes too long. Fresh threads, because what a hostile
 * mail leaves behind in memory goes away with them; few at a time, because each may hold several times its mail.
 */
export class MailParseThreads {
  readonly #clock: Clock;
  readonly #limits: MailLimits;
  readonly #waiting = new Fifo<() => void>();
  #running = 0;

  constructor(parts: { readonly clock: Clock; readonly limits: MailLimits }) {
    this.#clock = parts.clock;
    this.#limits = parts.limits;
  }

  /** Rejects only with the reason of `signal`, and the thread is gone by then. */
  async parse(raw: Uint8Array, signal?: AbortSignal): Promise<IncomingMail | UnreadableMail> {
    await this.#enter();
    try {
      signal?.throwIfAborted();
      return await this.#parseInThread(raw, signal);
    } finally {
      this.#leave();
    }
  }

  async #parseInThread(raw: Uint8Array, signal?: AbortSignal): Promise<IncomingMail | UnreadableMail> {
    const answer = Promise.withResolvers<IncomingMail | UnreadableMail>();
    const giveUp = (why: string) => answer.resolve(unreadableMail(raw, "too-costly", why));
    const abort = () => answer.reject(signal?.reason);
    const worker = this.#startThread(raw);
    worker.once("message", (mail: IncomingMail | UnreadableMail) => answer.resolve(mail));
    worker.once("error", (error) => giveUp(`Parsing it failed: ${error.message}`));
    worker.once("exit", () => giveUp("Parsing it ended without a result."));
    signal?.addEventListener("abort", abort, { once: true });
    const deadlineMs = this.#limits.parseDeadlineMs;
    const deadline = this.#clock.after(deadlineMs, () => giveUp(`Parsing it took longer than ${deadlineMs} ms.`));
    try {
      return await answer.promise;
    } finally {
      deadline[Symbol.dispose]();
      signal?.removeEventListener("abort", abort);
      await worker.terminate();
    }
  }

  #startThread(raw: Uint8Array): Worker {
    // A copy of its own, so that it can be moved: `raw` may be a view into a buffer that others still read.
    const copy = new Uint8Array(raw);
    const work: ParseWork = { raw: copy, limits: this.#limits };
    return new Worker(workerUrl, {
      workerData: work,
      transferList: [copy.buffer],
      resourceLimits: { maxOldGenerationSizeMb: this.#limits.maxThreadMegabytes },
    });
  }

  async #enter(): Promise<void> {
    if (this.#running >= this.#limits.maxThreads) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
  }

  /** The next in line takes over the place, so that nobody slips in between. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#running -= 1;
    else next();
  }
}

/** Beside this file, and of its kind: TypeScript in the sources, JavaScript in the build. */
const workerUrl = new URL(`./mail_parse_worker${import.meta.url.slice(-3)}`, import.meta.url);
