import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { SMTPServer } from "smtp-server";

/** A confirmation the sink has answered with 250. */
export interface Confirmation {
  /** Without angle brackets. */
  readonly messageId: string;
  readonly inReplyTo: string;
  /** Date.now(): when its content was there, and when the 250 was said. */
  readonly dataAt: number;
  readonly takenAt: number;
}

/** A real SMTP server that takes confirmations slowly, so that kills hit them in the middle, or refuses them. */
export class SmtpSink {
  readonly host = "127.0.0.1";
  readonly taken: Confirmation[] = [];
  /** Sentences with a 4xx code for every mail; undefined takes them. */
  refusal: { readonly code: number; readonly text: string } | undefined;
  refused = 0;
  /** Dialogues between the end of the content and its 250. */
  deciding = 0;
  readonly #holdMs: number;
  #server: SMTPServer | undefined;
  #port = 0;

  constructor(holdMs: number) {
    this.#holdMs = holdMs;
  }

  get port(): number {
    return this.#port;
  }

  async start(): Promise<void> {
    const server = new SMTPServer({
      disabledCommands: ["STARTTLS", "AUTH"],
      authOptional: true,
      logger: false,
      closeTimeout: 50,
      disableReverseLookup: true,
      onData: (stream, _session, callback) => {
        const chunks: Buffer[] = [];
        stream.on("data", (chunk: Buffer) => chunks.push(chunk));
        stream.on("end", () => void this.#decide(Buffer.concat(chunks).toString("latin1"), callback));
      },
    });
    server.on("error", () => undefined); // a client that is killed in the middle is what we want
    const listening = Promise.withResolvers<void>();
    server.listen(0, this.host, listening.resolve);
    await listening.promise;
    this.#port = (server.server.address() as AddressInfo).port;
    this.#server = server;
  }

  async stop(): Promise<void> {
    const closed = Promise.withResolvers<void>();
    if (this.#server === undefined) return;
    this.#server.close(() => closed.resolve());
    await closed.promise;
  }

  /** What is counted as taken is what was answered with 250: the mail may be delivered from then on. */
  async #decide(raw: string, callback: (error?: Error | null) => void): Promise<void> {
    const dataAt = Date.now();
    this.deciding += 1;
    await delay(this.#holdMs);
    this.deciding -= 1;
    if (this.refusal !== undefined) {
      this.refused += 1;
      callback(Object.assign(new Error(this.refusal.text), { responseCode: this.refusal.code }));
      return;
    }
    const takenAt = Date.now();
    this.taken.push({ messageId: field(raw, "Message-ID"), inReplyTo: field(raw, "In-Reply-To"), dataAt, takenAt });
    callback(null);
  }
}

function field(raw: string, name: string): string {
  return new RegExp(`^${name}:\\s*<([^<>]*)>`, "im").exec(raw)?.[1] ?? "";
}
