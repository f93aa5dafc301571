import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { onTestFinished } from "vitest";
import type { Certificates } from "../../support/certificates.ts";

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Header and body as they came. */
  readonly raw: string;
}

/** A refusal such as [550, "no such user"]; undefined takes the mail. */
export type Verdict = readonly [code: number, text: string] | undefined;

/** A real SMTP server that keeps what it is sent. */
export class SmtpSink {
  readonly host = "127.0.0.1";
  readonly received: ReceivedMail[] = [];
  /** Asked for each recipient. */
  recipientVerdict: (address: string) => Verdict = () => undefined;
  /** Asked once a mail's content is there, before it is kept. */
  contentVerdict: () => Verdict | Promise<Verdict> = () => undefined;
  connections = 0;
  /** Whose access token it is; no one's is refused. */
  ownerOf: (token: string) => Promise<string | undefined> = async () => undefined;
  /** At once, or with a challenge that says why first, as Gmail does. */
  refusesTokensWith: "535" | "334" = "535";
  readonly #options: SMTPServerOptions;
  #server: SMTPServer | undefined;
  #port = 0;
  #onMail: () => void = () => undefined;

  constructor(options: { readonly security: "none" | "tls" | "starttls"; readonly certificates?: Certificates }) {
    const { security, certificates } = options;
    this.#options = {
      secure: security === "tls",
      disabledCommands: security === "none" ? ["STARTTLS"] : [],
      authOptional: true,
      authMethods: ["PLAIN", "LOGIN", "XOAUTH2"],
      ...(certificates && { cert: readFileSync(certificates.certFile), key: readFileSync(certificates.keyFile) }),
    };
  }

  get port(): number {
    return this.#port;
  }

  /** Listens, on the same port as before if it did. */
  async start(): Promise<void> {
    const server = new SMTPServer({
      ...this.#options,
      logger: false,
      closeTimeout: 50,
      onConnect: (_session, callback) => {
        this.connections += 1;
        callback();
      },
      onAuth: async ({ username, password, accessToken }, _session, callback) => {
        const owner = accessToken === undefined ? undefined : await this.ownerOf(accessToken);
        if (password === "secret" || owner === username) callback(null, { user: username });
        else if (accessToken !== undefined && this.refusesTokensWith === "334") {
          callback(null, { data: { status: "401", schemes: "bearer", scope: "mail" } });
        } else callback(new Error("Invalid username or password"));
      },
      onRcptTo: ({ address }, _session, callback) => callback(errorOf(this.recipientVerdict(address))),
      onData: (stream, session, callback) => {
        const chunks: Buffer[] = [];
        stream.on("data", (chunk: Buffer) => chunks.push(chunk));
        stream.on("end", async () => {
          const { mailFrom, rcptTo } = session.envelope;
          const verdict = await this.contentVerdict();
          if (verdict !== undefined) return callback(errorOf(verdict));
          this.received.push({
            from: mailFrom === false ? "" : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
            raw: Buffer.concat(chunks).toString(),
          });
          callback(null);
          this.#onMail();
        });
      },
    });
    server.on("error", () => undefined);
    const listening = Promise.withResolvers<void>();
    server.listen(this.#port, this.host, listening.resolve);
    await listening.promise;
    this.#port = (server.server.address() as AddressInfo).port;
    this.#server = server;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = Promise.withResolvers<void>();
    server.close(() => closed.resolve());
    await closed.promise;
  }

  /** Resolves once so many mails were taken. */
  async waitFor(count: number): Promise<void> {
    while (this.received.length < count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#onMail = resolve;
      await promise;
    }
  }
}

function errorOf(verdict: Verdict): Error | null {
  if (verdict === undefined) return null;
  return Object.assign(new Error(verdict[1]), { responseCode: verdict[0] });
}

/** Started, and stopped after the test. */
export async function openSink(
  options: { readonly security?: "none" | "tls" | "starttls"; readonly certificates?: Certificates } = {},
): Promise<SmtpSink> {
  const sink = new SmtpSink({ security: "none", ...options });
  await sink.start();
  onTestFinished(() => sink.stop());
  return sink;
}
