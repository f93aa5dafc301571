import { announcedBytes, type ImapPiece, ImapPieces } from "./imap_pieces.ts";
import type { Direction, ProxiedConnection, TcpProxy } from "./tcp_proxy.ts";

/** The command does not reach the server; its answer stops in the middle; it is done and not answered. */
type WireMoment = "before" | "during" | "instead_of_answer";

export type WireTrouble =
  | { readonly kind: "cut"; readonly at: WireMoment }
  /** From that moment on nothing gets through, on any connection. */
  | { readonly kind: "black_hole"; readonly at: WireMoment }
  /** From that moment on this connection carries nothing any more, and others do: what a router does that forgot it. */
  | { readonly kind: "forget"; readonly at: WireMoment }
  /** The command does not reach the server and is answered with this: OK is a lie, BYE also closes. */
  | {
      readonly kind: "answer";
      readonly status: "OK" | "NO" | "BAD" | "BYE";
      readonly code?: string;
      readonly text: string;
    }
  /** The first literal of the answer lacks so many of the bytes it announces. */
  | { readonly kind: "short_literal"; readonly missingBytes: number };

export interface WireFault {
  /** Matches a command without its tag. */
  readonly on: RegExp;
  readonly trouble: WireTrouble;
  /** Default: once. Infinity: until cleared. */
  readonly times?: number;
}

/** What is changed in everything that passes. */
interface Changes {
  /** How many times a count that the server tells unasked is still to be lost; Infinity makes the client deaf. */
  lostCounts: number;
  hiddenCapability: string | undefined;
  /** A mail with this in it cuts the connection that carries it. */
  poison: string | undefined;
}

const noChanges: Changes = { lostCounts: 0, hiddenCapability: undefined, poison: undefined };

/** A network that understands IMAP and fails at a chosen command, in front of any server. */
export class ImapWire {
  readonly changes: Changes = { ...noChanges };
  readonly #proxy: TcpProxy;
  readonly #faults = new Map<WireFault, number>();
  #struck = 0;

  /** For connections to come. */
  constructor(proxy: TcpProxy) {
    this.#proxy = proxy;
    proxy.through((connection) => {
      const dialogue = new Dialogue(this, connection);
      return (chunk, direction) => dialogue.pass(chunk, direction);
    });
  }

  /** How often something planned has happened since the last `clear`. */
  get struck(): number {
    return this.#struck;
  }

  plan(fault: WireFault): void {
    this.#faults.set(fault, 0);
  }

  /** From now on everything gets through as it is. */
  clear(): void {
    this.#faults.clear();
    this.#struck = 0;
    Object.assign(this.changes, noChanges);
  }

  noteStrike(): void {
    this.#struck += 1;
  }

  /** After what is passing at this moment. */
  blackHole(): void {
    setImmediate(() => this.#proxy.blackHole());
  }

  /** What is wrong with this command; it counts as struck from then on. */
  troubleFor(command: string): WireTrouble | undefined {
    for (const [fault, times] of this.#faults) {
      if (times >= (fault.times ?? 1) || !fault.on.test(command)) continue;
      this.#faults.set(fault, times + 1);
      return fault.trouble;
    }
    return undefined;
  }
}

interface Command {
  readonly tag: string;
  /** Without its tag. */
  readonly text: string;
  /** What is wrong with its answer, until it has happened. */
  trouble: WireTrouble | undefined;
}

/** One connection: knows which command the server is answering. */
class Dialogue {
  readonly #wire: ImapWire;
  readonly #connection: ProxiedConnection;
  readonly #pieces = { from_client: new ImapPieces(), from_server: new ImapPieces() };
  readonly #open: Command[] = [];
  #literal = "";
  #over = false;

  constructor(wire: ImapWire, connection: ProxiedConnection) {
    this.#wire = wire;
    this.#connection = connection;
  }

  pass(chunk: string, direction: Direction): string {
    let passed = "";
    for (const piece of this.#pieces[direction].take(chunk)) {
      if (this.#over) break;
      passed += direction === "from_client" ? this.#said(piece) : this.#answered(piece);
    }
    return passed;
  }

  #said({ kind, text }: ImapPiece): string {
    const match = kind === "line" ? /^(\S+) (\S.*)\r\n$/.exec(text) : null;
    if (match === null) return text; // DONE, or more of a command
    const [, tag = "", command = ""] = match;
    const trouble = this.#wire.troubleFor(command);
    if (trouble?.kind === "answer") return this.#answerFor(tag, trouble);
    if (trouble !== undefined && "at" in trouble && trouble.at === "before") return this.#strike(trouble);
    this.#open.push({ tag, text: command, trouble });
    return text;
  }

  #answerFor(tag: string, { status, code, text }: Extract<WireTrouble, { kind: "answer" }>): string {
    this.#wire.noteStrike();
    const words = `${status} ${code === undefined ? "" : `[${code}] `}${text}\r\n`;
    this.#connection.tell(`${status === "BYE" ? "*" : tag} ${words}`);
    if (status === "BYE") this.#connection.cutAfterThis();
    return "";
  }

  #answered(piece: ImapPiece): string {
    const [running] = this.#open;
    const ends = piece.kind === "line" && running !== undefined && piece.text.startsWith(`${running.tag} `);
    if (ends) this.#open.shift();
    const passed = this.#change(piece, running);
    const trouble = running?.trouble;
    if (passed === "" || running === undefined || trouble === undefined) return passed;
    if (trouble.kind === "short_literal") return this.#shortened(piece, running, trouble.missingBytes);
    if (!("at" in trouble)) return passed;
    if (ends) return this.#strike(trouble);
    return trouble.at === "during" && announcedBytes(passed) === 0 ? this.#strikeWithin(passed, trouble) : passed;
  }

  /** The first half of what is passing gets through; a request to go on as a whole, or nothing would have begun. */
  #strikeWithin(text: string, trouble: WireTrouble): string {
    this.#strike(trouble);
    return text.startsWith("+") ? text : text.slice(0, Math.ceil(text.length / 2));
  }

  #strike({ kind }: WireTrouble): string {
    this.#wire.noteStrike();
    this.#over = true;
    if (kind === "black_hole") this.#wire.blackHole();
    else if (kind === "cut") this.#connection.cutAfterThis();
    return "";
  }

  #shortened({ kind, text }: ImapPiece, running: Command, missingBytes: number): string {
    if (kind === "line" || text.length <= missingBytes) return text;
    running.trouble = undefined;
    this.#wire.noteStrike();
    return text.slice(0, -missingBytes);
  }

  /** Empty for what is lost. */
  #change(piece: ImapPiece, running: Command | undefined): string {
    const { changes } = this.#wire;
    if (piece.kind === "literal") return this.#unlessPoisoned(piece.text);
    this.#literal = "";
    if (this.#isLost(piece.text, running?.text ?? "")) {
      this.#wire.noteStrike();
      return "";
    }
    const hidden = changes.hiddenCapability;
    if (hidden === undefined || !piece.text.includes("CAPABILITY")) return piece.text;
    this.#wire.noteStrike();
    return piece.text.replaceAll(new RegExp(` ${hidden}(?=[ \\]\r])`, "g"), "");
  }

  /** What is told of a mailbox while it is opened is an answer and no news. */
  #isLost(line: string, command: string): boolean {
    const { changes } = this.#wire;
    if (changes.lostCounts === 0 || /^(SELECT|EXAMINE)/.test(command) || !/^\* \d+ EXISTS/.test(line)) return false;
    changes.lostCounts -= 1;
    return true;
  }

  #unlessPoisoned(text: string): string {
    const { poison } = this.#wire.changes;
    const found = poison !== undefined && `${this.#literal}${text}`.includes(poison);
    this.#literal = text;
    return found ? this.#strike({ kind: "cut", at: "during" }) : text;
  }
}
