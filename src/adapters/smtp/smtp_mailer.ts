import { readFile } from "node:fs/promises";
import type { Transporter } from "nodemailer";
import type { Clock } from "../../app_runtime/base/clock.ts";
import { RuntimeError } from "../../app_runtime/base/runtime_error.ts";
import type { SmtpMessage } from "./smtp_message.ts";
import { resultOfFailure, type SmtpResult } from "./smtp_result.ts";
import type { SmtpConfig } from "./smtp_schema.ts";

/** Mails would travel in clear text over a network. */
export class SmtpClearTextError extends RuntimeError {
  readonly code = "SMTP_CLEAR_TEXT";
  override readonly failureClass = "permanent";

  constructor(host: string) {
    super(
      `\`security: none\` would send mails to ${host} in clear text. Use tls or starttls, or set allowClearText: true.`,
    );
  }
}

const thisMachine = new Set(["127.0.0.1", "::1", "localhost"]);

/** Sends mails over a few kept connections. What a server answers is a result, never a throw. */
export class SmtpMailer {
  readonly #config: SmtpConfig;
  readonly #clock: Clock;
  readonly #sending = new Set<AbortController>();
  #transporter: Promise<Transporter> | undefined;

  /** @throws {SmtpClearTextError} */
  constructor(parts: { readonly config: SmtpConfig; readonly clock: Clock }) {
    const { host, security, allowClearText } = parts.config;
    if (security === "none" && !allowClearText && !thisMachine.has(host)) throw new SmtpClearTextError(host);
    this.#config = parts.config;
    this.#clock = parts.clock;
  }

  /** Rejects only with the reason of `signal`; then the mail may still have been delivered. */
  async send(message: SmtpMessage, signal?: AbortSignal): Promise<SmtpResult> {
    signal?.throwIfAborted();
    const limit = new AbortController();
    const { sendTimeout } = this.#config;
    using _timer = this.#clock.after(sendTimeout, () => limit.abort(new Error(`no result within ${sendTimeout} ms`)));
    const giveUp = () => limit.abort(signal?.reason);
    signal?.addEventListener("abort", giveUp, { once: true });
    this.#sending.add(limit);
    try {
      return await this.#deliver(message, limit.signal);
    } catch (thrown) {
      signal?.throwIfAborted();
      return resultOfFailure(limit.signal.aborted ? limit.signal.reason : thrown, this.#config);
    } finally {
      this.#sending.delete(limit);
      signal?.removeEventListener("abort", giveUp);
    }
  }

  /** Ends all connections at once; what is being sent becomes `unreachable`. The next send opens new ones. */
  async close(): Promise<void> {
    const transporter = this.#transporter;
    this.#transporter = undefined;
    for (const sending of this.#sending) sending.abort(new Error("the mailer was closed"));
    (await transporter?.catch(() => undefined))?.close();
  }

  async #deliver(message: SmtpMessage, signal: AbortSignal): Promise<SmtpResult> {
    this.#transporter ??= this.#open();
    const transporter = await this.#transporter.catch((thrown: unknown) => {
      this.#transporter = undefined;
      throw thrown;
    });
    const info = (await transporter.sendMail({
      ...fieldsOf(message),
      date: new Date(this.#clock.wallNow()),
      signal,
    })) as {
      readonly response: string;
    };
    return { kind: "sent", response: info.response };
  }

  /** nodemailer is loaded when the first mail is sent: a start should not wait for it. */
  async #open(): Promise<Transporter> {
    const { createTransport } = await import("nodemailer");
    const { host, port, security, ca, user, password, connections } = this.#config;
    return createTransport({
      host,
      port,
      secure: security === "tls",
      requireTLS: security === "starttls",
      ignoreTLS: security === "none",
      tls: ca === undefined ? {} : { ca: await readFile(ca, "utf8") },
      ...(user !== undefined && { auth: { user, pass: password ?? "" } }),
      pool: true,
      maxConnections: connections,
      // Once only, for a kept connection that the server has closed meanwhile: the outbox counts tries, not the library.
      maxRequeues: 1,
      connectionTimeout: this.#config.connectTimeout,
      dnsTimeout: this.#config.connectTimeout,
      greetingTimeout: this.#config.greetingTimeout,
      socketTimeout: this.#config.socketTimeout,
      // A close does not wait for the server's side of it.
      socketCloseTimeout: 0,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }
}

function fieldsOf(message: SmtpMessage) {
  const { messageId, envelopeFrom, from, to, subject, inReplyTo, references, headers, text } = message;
  return {
    envelope: { from: envelopeFrom, to: [to.address] },
    messageId,
    from,
    to,
    subject,
    ...(inReplyTo !== undefined && { inReplyTo }),
    references: [...references],
    headers: { ...headers },
    text,
  };
}
