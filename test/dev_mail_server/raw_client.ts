import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** Speaks bytes, for what a well-behaved client never says. */
export class RawClient {
  readonly #socket: Socket;
  #received = "";
  #closed = false;
  #onChange: (() => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk) => {
      this.#received += chunk.toString("latin1");
      this.#onChange?.();
    });
    socket.on("error", () => undefined);
    socket.once("close", () => {
      this.#closed = true;
      this.#onChange?.();
    });
  }

  /** Connects, and takes the greeting. */
  static async connect(port: number, greeting = /^\S.*\r\n/): Promise<RawClient> {
    const socket = connect(port, "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    const client = new RawClient(socket);
    await client.expect(greeting);
    return client;
  }

  send(text: string): void {
    this.#socket.write(text, "latin1");
  }

  /** Sends a command and answers everything up to its tagged end. */
  async command(text: string): Promise<string> {
    const tag = text.slice(0, text.indexOf(" "));
    this.send(`${text}\r\n`);
    return await this.expect(new RegExp(`^${tag} (?:OK|NO|BAD).*\r\n`, "m"));
  }

  /** Waits for the pattern, answers what came up to its end, and forgets that. Rejects when the server closes instead. */
  async expect(pattern: RegExp): Promise<string> {
    for (;;) {
      const match = pattern.exec(this.#received);
      if (match !== null) return this.#forget(match.index + match[0].length);
      if (this.#closed) throw new Error(`Closed before ${pattern}: ${this.#received}`);
      await this.#change();
    }
  }

  /** What came until the server closed the connection. */
  async untilClosed(): Promise<string> {
    while (!this.#closed) await this.#change();
    return this.#forget(this.#received.length);
  }

  #forget(length: number): string {
    const text = this.#received.slice(0, length);
    this.#received = this.#received.slice(length);
    return text;
  }

  #change(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onChange = resolve;
    return promise;
  }
}
