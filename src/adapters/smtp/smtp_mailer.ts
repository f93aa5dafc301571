import { readFile } from "node:fs/promises";
import type { Transporter } from "nodemailer";
import type { Clock } from "../../app_runtime/base/clock.ts";
import { RuntimeError } from "../../app_runtime/base/runtime_error.ts";
import type { AccessTokens } from "../../app_runtime/contracts/access_tokens.ts";
import { type HeldMail, holdBack } from "./hold_back.ts";
import type { SmtpMessage } from "./smtp_message.ts";
import { isLoginRefused, resultOfFailure, type SmtpResult } from "./smtp_result.ts";
import type { SmtpConfig } from "./smtp_schema.ts";
import { TokenLogin } from "./token_login.ts";

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
  readonly #login: TokenLogin | undefined;
  readonly #sending = new Set<AbortController>();
  #transporter: Promise<Transporter> | undefined;

  /** @throws {SmtpClearTextError} */
  constructor(parts: {
    readonly config: SmtpConfig;
    readonly clock: Clock;
    /** For `auth: oauth2`. */
    readonly tokens?: AccessTokens | undefined;
  }) {
    const { host, security, allowClearText } = parts.config;
    if (security === "none" && !allowClearText && !thisMachine.has(host)) throw new SmtpClearTextError(host);
    this.#config = parts.config;
    this.#clock = parts.clock;
    this.#login = parts.tokens && new TokenLogin(parts.tokens);
  }

  /**
   * Rejects only with the reason of `signal`; then the mail may still have been delivered. `mayLeave` is asked at the last
   * moment: when it says no, the mail is not delivered.
   */
  async send(message: SmtpMessage, signal?: AbortSignal, mayLeave?: () => boolean): Promise<SmtpResult> {
    signal?.throwIfAborted();
    const limit = new AbortController();
    const { sendTimeout } = this.#config;
    using _timer = this.#clock.after(sendTimeout, () => limit.abort(new Error(`no result within ${sendTimeout} ms`)));
    const giveUp = () => limit.abort(signal?.reason);
    signal?.addEventListener("abort", giveUp, { once: true });
    this.#sending.add(limit);
    try {
      const held: HeldMail = mayLeave === undefined ? {} : { mayLeave };
      return await this.#deliverOrLogInAgain({ ...fieldsOf(message), ...held }, limit.signal);
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

  /** A token that the server refuses is replaced once: it may have been taken back before its time. */
  async #deliverOrLogInAgain(message: MailFields, signal: AbortSignal): Promise<SmtpResult> {
    const inHand = this.#login?.given;
    try {
      return await this.#deliver(message, signal);
    } catch (thrown) {
      if (this.#login === undefined || !isLoginRefused(thrown)) throw thrown;
      this.#login.refuse(inHand ?? this.#login.given);
      return await this.#deliver(message, signal);
    }
  }

  async #deliver(message: MailFields, signal: AbortSignal): Promise<SmtpResult> {
    this.#transporter ??= this.#open();
    const transporter = await this.#transporter.catch((thrown: unknown) => {
      this.#transporter = undefined;
      throw thrown;
    });
    const info = (await transporter.sendMail({
      ...message,
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
    const { host, port, security, ca, connections } = this.#config;
    const transporter = createTransport({
      host,
      port,
      secure: security === "tls",
      requireTLS: security === "starttls",
      ignoreTLS: security === "none",
      tls: ca === undefined ? {} : { ca: await readFile(ca, "utf8") },
      ...this.#auth(),
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
    holdBack(transporter);
    if (this.#login !== undefined) transporter.set("oauth2_provision_cb", this.#login.provision);
    return transporter;
  }

  #auth() {
    const { user, password } = this.#config;
    if (user === undefined) return {};
    return { auth: this.#login === undefined ? { user, pass: password ?? "" } : { type: "OAuth2" as const, user } };
  }
}

type MailFields = ReturnType<typeof fieldsOf> & HeldMail;

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
