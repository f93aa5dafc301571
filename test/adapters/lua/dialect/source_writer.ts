import type { SeededRandom } from "../../../../src/app_runtime/testing/index.ts";

interface Piece {
  readonly text: string;
  readonly erased: string;
  readonly isBlank: boolean;
  /** With this gone, a parenthesis behind it would begin the arguments of a call. */
  readonly separates: boolean;
}

/** `tight`: on the line of what stands in front. */
interface WriteOptions {
  readonly tight?: boolean;
}

/** Writes a source token by token, with any blanks between them, and knows what of it has to disappear. */
export class SourceWriter {
  readonly #random: SeededRandom;
  #pieces: Piece[] = [];
  #isInAnnotation = false;
  /** The next token stands right behind what is written. */
  #isClose = false;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  get source(): string {
    return this.#pieces.map(({ text }) => text).join("");
  }

  get erased(): string {
    return this.#pieces.map(({ erased }) => erased).join("");
  }

  /** Tokens, with a space between them in `text`. */
  write(text: string, { tight = false }: WriteOptions = {}): void {
    for (const [index, token] of text.split(" ").entries()) {
      this.#writeBlanks(tight && index === 0);
      this.#add(token, { isBlank: false });
    }
  }

  newLine(): void {
    this.#add("\n", { isBlank: true });
  }

  /** A statement that begins with a parenthesis, with a semicolon in front unless something erased leaves one. */
  openStatement(): void {
    const index = this.#pieces.findLastIndex(({ isBlank }) => !isBlank);
    const last = this.#pieces[index];
    if (last?.separates === true) this.#pieces[index] = { ...last, erased: `;${last.erased.slice(1)}` };
    else this.write(";");
    this.write("(");
  }

  /** What is written meanwhile has to disappear. */
  annotate(write: () => void, options: WriteOptions & { readonly separates?: boolean } = {}): void {
    this.#writeBlanks(options.tight === true);
    if (this.#isInAnnotation) {
      this.#isClose = true;
      write();
      return;
    }
    const before = this.#pieces;
    this.#pieces = [];
    this.#isInAnnotation = true;
    this.#isClose = true;
    write();
    this.#isInAnnotation = false;
    const text = this.source;
    const erased = text.replaceAll(/[^\r\n\t]/g, " ");
    this.#pieces = [...before, { text, erased, isBlank: false, separates: options.separates === true }];
  }

  #writeBlanks(tight: boolean): void {
    if (!this.#isClose) this.#add(tight ? " " : this.#blanks(), { isBlank: true });
    this.#isClose = false;
  }

  #blanks(): string {
    if (this.#random.chance(0.85)) return " ";
    return this.#random.pick(["\n", "\t", "  ", " \r\n", " --[[ x: T ]] ", " -- :: T\n", " --[==[ as\n]] ]==] "]) ?? "";
  }

  #add(text: string, { isBlank }: { readonly isBlank: boolean }): void {
    this.#pieces.push({ text, erased: text, isBlank, separates: false });
  }
}
