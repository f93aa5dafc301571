import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import type { SMTPServer, SMTPServerDataStream, SMTPServerSession } from "smtp-server";
import { messageOf } from "../../app_runtime/base/runtime_error.ts";
import type { FaultPlan } from "../faults/fault_plan.ts";
import type { CutPoint, SmtpMoment, SmtpTrouble } from "../faults/faults.ts";
import type { MailDrop } from "./mail_drop.ts";

export interface SmtpSideParts {
  readonly account: { readonly user: string; readonly password: string };
  readonly faults: FaultPlan<SmtpMoment, SmtpTrouble>;
  readonly drop: MailDrop;
  readonly limits: { readonly maxMailBytes: number; readonly silenceMs: number };
}

type Done = (error?: Error | null) => void;

/** SMTP by the package `smtp-server`, which is loaded for the first connection: it costs more than all the rest. */
export class SmtpSide {
  readonly #parts: SmtpSideParts;
  readonly #sockets = new Map<string, Socket>();
  #protocol: Promise<SMTPServer> | undefined;

  constructor(parts: SmtpSideParts) {
    this.#parts = parts;
  }

  serve(socket: Socket): void {
    this.#protocol ??= this.#loadProtocol();
    this.#protocol.then((protocol) => this.#connect(protocol, socket)).catch(() => socket.destroy());
  }

  #connect(protocol: SMTPServer, socket: Socket): void {
    if (socket.destroyed) return;
    const id = randomUUID();
    this.#sockets.set(id, socket);
    socket.once("close", () => this.#sockets.delete(id));
    protocol.connect(socket, { id });
  }

  async #loadProtocol(): Promise<SMTPServer> {
    const { SMTPServer } = await import("smtp-server");
    const protocol = new SMTPServer({
      name: "localhost",
      banner: "Development mail server, not for production",
      logger: false,
      disabledCommands: ["STARTTLS"],
      disableReverseLookup: true,
      authOptional: true,
      allowInsecureAuth: true,
      size: this.#parts.limits.maxMailBytes,
      socketTimeout: this.#parts.limits.silenceMs,
      onConnect: (session, done) => this.#unlessTroubled("CONNECT", session, done),
      onMailFrom: (_address, session, done) => this.#unlessTroubled("MAIL FROM", session, done),
      onRcptTo: (_address, session, done) => this.#unlessTroubled("RCPT TO", session, done),
      onAuth: (auth, session, done) =>
        this.#unlessTroubled("AUTH", session, (error) => {
          const { user, password } = this.#parts.account;
          const right = auth.username === user && auth.password === password;
          if (error) done(error);
          else if (right) done(null, { user });
          else done(refusal(535, "User or password is wrong"));
        }),
      onData: (stream, session, done) => this.#receive(stream, session, done),
    });
    protocol.on("error", () => undefined); // a client that breaks off; its socket is closed already
    return protocol;
  }

  #unlessTroubled(moment: SmtpMoment, session: SMTPServerSession, done: Done): void {
    const trouble = this.#parts.faults.strike(moment);
    if (trouble === undefined) done();
    else if (trouble.kind === "refuse") done(refusal(trouble.code, trouble.text));
    else if (trouble.kind === "cut") this.#sockets.get(session.id)?.destroy();
    // A stall is answered by nobody.
  }

  #receive(stream: SMTPServerDataStream, session: SMTPServerSession, done: Done): void {
    const chunks: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => {
      if (!stream.sizeExceeded) chunks.push(chunk);
    });
    stream.once("end", () => {
      if (stream.sizeExceeded) done(refusal(552, "The mail is larger than this server takes"));
      else this.#finish(Buffer.concat(chunks), session, done);
    });
  }

  #finish(raw: Buffer, session: SMTPServerSession, done: Done): void {
    const trouble = this.#parts.faults.strike("DATA");
    switch (trouble?.kind) {
      case undefined:
        done(this.#store(raw, session));
        break;
      case "refuse":
        done(refusal(trouble.code, trouble.text));
        break;
      case "cut":
        this.#storeAndCut(trouble.at, raw, session, done);
        break;
      case "stall":
        break;
    }
  }

  #storeAndCut(at: CutPoint, raw: Buffer, session: SMTPServerSession, done: Done): void {
    const failure = at === "before" ? undefined : this.#store(raw, session);
    const socket = this.#sockets.get(session.id);
    if (at !== "after") socket?.destroy();
    else {
      done(failure);
      socket?.destroySoon(); // the 250 still goes out
    }
  }

  /** A mailbox that is full now may have room later. */
  #store(raw: Buffer, { envelope }: SMTPServerSession): Error | undefined {
    const from = envelope.mailFrom === false ? "" : envelope.mailFrom.address;
    try {
      this.#parts.drop.accept({ from, to: envelope.rcptTo.map((recipient) => recipient.address) }, raw);
      return undefined;
    } catch (error) {
      return refusal(452, messageOf(error));
    }
  }
}

function refusal(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode });
}
