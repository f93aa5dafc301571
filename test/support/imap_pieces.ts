/** A line with its end, or a part of a literal (RFC 9051 section 4.3). */
export interface ImapPiece {
  readonly kind: "line" | "literal";
  readonly text: string;
}

/** Cuts a stream of one direction into its lines and literals, however it is split into packets. */
export class ImapPieces {
  #rest = "";
  #literalLeft = 0;

  *take(chunk: string): Generator<ImapPiece> {
    this.#rest += chunk;
    while (this.#rest !== "") {
      const length = this.#literalLeft > 0 ? Math.min(this.#literalLeft, this.#rest.length) : this.#lineLength();
      if (length === 0) return;
      const text = this.#rest.slice(0, length);
      this.#rest = this.#rest.slice(length);
      if (this.#literalLeft > 0) {
        this.#literalLeft -= length;
        yield { kind: "literal", text };
      } else {
        this.#literalLeft = announcedBytes(text);
        yield { kind: "line", text };
      }
    }
  }

  /** 0 while the end of the line has not come. */
  #lineLength(): number {
    const end = this.#rest.indexOf("\r\n");
    return end === -1 ? 0 : end + 2;
  }
}

/** How long the literal is that follows this line; 0 when none does. */
export function announcedBytes(line: string): number {
  return Number(/\{(\d+)\+?\}\r\n$/.exec(line)?.[1] ?? 0);
}
