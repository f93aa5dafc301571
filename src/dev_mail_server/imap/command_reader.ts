import type { Socket } from "node:net";
import { ByteQueue } from "./byte_queue.ts";

/** One command as it came: lines (without their literal announcements) and literals in turn. */
export type Fragment =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "literal"; readonly bytes: Buffer };

export type Incoming =
  | { readonly kind: "command"; readonly fragments: readonly Fragment[] }
  /** A literal the client waits to send is larger than allowed: it has not been asked for, so the connection goes on. */
  | { readonly kind: "literal_refused"; readonly text: string }
  /** What comes is beyond the bounds and cannot be skipped: the connection must end. */
  | { readonly kind: "overrun" }
  | { readonly kind: "closed" };

const literalAnnouncement = /\{(\d{1,10})(\+?)\}$/;

/** More than this waiting unread, and the client has to wait too. */
const readAheadBytes = 1024 * 1024;

export interface CommandReaderParts {
  readonly socket: Socket;
  readonly maxLineBytes: number;
  /** Asked for each literal, since it grows with the login. */
  readonly maxLiteralBytes: () => number;
  /** Invites the client to send its literal (RFC 9051 section 4.3). */
  readonly askForLiteral: () => void;
}

/** Cuts the byte stream of a client into commands. */
export class CommandReader {
  readonly #parts: CommandReaderParts;
  readonly #queue = new ByteQueue();
  #closed = false;
  #wake: (() => void) | undefined;

  constructor(parts: CommandReaderParts) {
    this.#parts = parts;
    parts.socket.on("data", (chunk: Buffer) => this.#take(chunk));
    parts.socket.once("close", () => this.#end());
    parts.socket.once("end", () => this.#end());
  }

  /** The next command with all its literals. */
  async next(): Promise<Incoming> {
    const fragments: Fragment[] = [];
    let lineBytes = 0;
    for (;;) {
      const line = await this.#line(this.#parts.maxLineBytes - lineBytes);
      if (typeof line !== "string") return line;
      lineBytes += line.length;
      const announced = literalAnnouncement.exec(line);
      const text = announced === null ? line : line.slice(0, announced.index);
      fragments.push({ kind: "text", text });
      if (announced === null) return { kind: "command", fragments };

      const size = Number(announced[1]);
      const clientWaits = announced[2] === "";
      if (size > this.#parts.maxLiteralBytes())
        return clientWaits ? { kind: "literal_refused", text } : { kind: "overrun" };
      if (clientWaits) this.#parts.askForLiteral();
      const bytes = await this.#bytes(size);
      if (bytes === undefined) return { kind: "closed" };
      fragments.push({ kind: "literal", bytes });
    }
  }

  /** A bare line, as DONE or the answer to an AUTHENTICATE challenge; undefined when there will be none. */
  async line(): Promise<string | undefined> {
    const line = await this.#line(this.#parts.maxLineBytes);
    return typeof line === "string" ? line : undefined;
  }

  async #line(maxBytes: number): Promise<string | Extract<Incoming, { kind: "overrun" | "closed" }>> {
    for (;;) {
      const line = this.#queue.takeLine();
      if (line !== undefined && line.length <= maxBytes) return line.toString("latin1").replace(/\r?\n$/, "");
      if (line !== undefined || this.#queue.size > maxBytes) return { kind: "overrun" };
      if (this.#closed) return { kind: "closed" };
      await this.#more();
    }
  }

  async #bytes(count: number): Promise<Buffer | undefined> {
    for (;;) {
      const bytes = count === 0 ? Buffer.alloc(0) : this.#queue.take(count);
      if (bytes !== undefined || this.#closed) return bytes;
      await this.#more();
    }
  }

  #more(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    this.#parts.socket.resume();
    return promise;
  }

  #take(chunk: Buffer): void {
    this.#queue.push(chunk);
    if (this.#wake === undefined && this.#queue.size > readAheadBytes) this.#parts.socket.pause();
    this.#wakeUp();
  }

  #end(): void {
    this.#closed = true;
    this.#wakeUp();
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
