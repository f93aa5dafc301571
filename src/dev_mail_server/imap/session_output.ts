import type { Socket } from "node:net";

/** So much is gathered before it is handed to the socket, and the client has to have read before there is more. */
const gatherBytes = 256 * 1024;

/** What a session says, gathered so that one command makes one write. */
export class SessionOutput {
  readonly #socket: Socket;
  #gathered: (string | Buffer)[] = [];
  #bytes = 0;
  #muted = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Text holds one byte per character; a string with other characters has been made a literal by `quoted`. */
  write(part: string | Buffer): void {
    if (this.#muted) return;
    const last = this.#gathered.length - 1;
    const before = this.#gathered[last];
    if (typeof part === "string" && typeof before === "string") this.#gathered[last] = before + part;
    else this.#gathered.push(part);
    this.#bytes += part.length;
  }

  get isLarge(): boolean {
    return this.#bytes >= gatherBytes;
  }

  flush(): void {
    if (this.#socket.destroyed || this.#gathered.length === 0) return;
    this.#socket.cork();
    for (const part of this.#gathered) this.#socket.write(part, "latin1");
    this.#socket.uncork();
    this.#gathered = [];
    this.#bytes = 0;
  }

  /** Flushes, and waits until the client has taken it or is gone. */
  async drain(): Promise<void> {
    this.flush();
    if (this.#socket.destroyed || !this.#socket.writableNeedDrain) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#socket.once("drain", resolve);
    this.#socket.once("close", resolve);
    await promise;
    this.#socket.off("drain", resolve);
    this.#socket.off("close", resolve);
  }

  /** Drops what has been gathered and all that follows. */
  mute(): void {
    this.#muted = true;
    this.#gathered = [];
    this.#bytes = 0;
  }
}
