import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { Mailbox, StoredMail } from "./mailbox.ts";
import type { Mailboxes, MailboxesChange } from "./mailboxes.ts";
import {
  compacted,
  lineOf,
  parseStateLines,
  replay,
  type SavedMailbox,
  type SavedState,
  type StateLine,
} from "./state_lines.ts";

/**
 * Keeps the mailboxes over a restart: `mailboxes.jsonl`, one line per change, and `mails/<sha256>.eml`. A change is written
 * before anybody is told of it, so that a killed server never hands out the same UID for two mails. Writing is synchronous:
 * a line takes some 10 µs, and nothing is left to flush when the process dies.
 */
export class StateFolder {
  readonly #mailsDirectory: string;
  readonly #file: string;
  #descriptor: number | undefined;

  constructor(directory: string) {
    this.#mailsDirectory = join(directory, "mails");
    this.#file = join(directory, "mailboxes.jsonl");
  }

  /** Fills the mailboxes with what was kept, and answers which files have been delivered. @throws {StateUnreadableError} */
  load(mailboxes: Mailboxes): ReadonlySet<string> {
    mkdirSync(this.#mailsDirectory, { recursive: true });
    const state = replay(this.#read());
    this.#rewrite(state);
    this.#removeUnused(state);
    for (const saved of state.mailboxes) this.#restore(mailboxes, saved);
    this.#descriptor = openSync(this.#file, "a");
    return state.origins;
  }

  record(mailbox: Mailbox, change: MailboxesChange): void {
    if (this.#descriptor === undefined) return;
    writeSync(this.#descriptor, asText([lineOf(mailbox, change, (mail) => this.#keepRaw(mail))]));
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #read(): StateLine[] {
    return existsSync(this.#file) ? parseStateLines(this.#file, readFileSync(this.#file, "utf8")) : [];
  }

  #rewrite(state: SavedState): void {
    writeWhole(this.#file, asText(compacted(state)));
  }

  #removeUnused(state: SavedState): void {
    const used = new Set(state.mailboxes.flatMap((box) => [...box.mails.values()].map((mail) => mail.file)));
    for (const file of readdirSync(this.#mailsDirectory)) {
      if (!used.has(file)) rmSync(join(this.#mailsDirectory, file));
    }
  }

  /** A mail whose file somebody has deleted is a deleted mail. */
  #restore(mailboxes: Mailboxes, saved: SavedMailbox): void {
    const mailbox = mailboxes.restore(saved);
    for (const mail of saved.mails.values()) {
      const file = join(this.#mailsDirectory, mail.file);
      if (existsSync(file))
        mailbox.restore({ ...mail, receivedAt: new Date(mail.receivedAt), raw: readFileSync(file) });
    }
  }

  #keepRaw(mail: StoredMail): string {
    const name = `${createHash("sha256").update(mail.raw).digest("hex")}.eml`;
    const file = join(this.#mailsDirectory, name);
    if (!existsSync(file)) writeWhole(file, mail.raw);
    return name;
  }
}

function asText(lines: readonly StateLine[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

/** All of it or nothing: a reader never sees half a file. */
function writeWhole(file: string, content: string | Buffer): void {
  writeFileSync(`${file}.part`, content);
  renameSync(`${file}.part`, file);
}
