import type { Letter } from "../../../app_runtime/processes/api.ts";
import { type LuaFailure, type LuaValue, ValueReader } from "./lane_values.ts";

/** How a process ended: what it returned, or why it failed. */
export type LuaEnd =
  | { readonly pid: string; readonly failed: false; readonly value: LuaValue }
  | { readonly pid: string; readonly failed: true; readonly error: LuaFailure };

export interface LuaLog {
  readonly pid: string;
  readonly level: number;
  readonly text: string;
  /** "file:line" of what said it; empty when that has no line. */
  readonly place: string;
  readonly fields: LuaValue;
}

/** What the lane tells, once a turn. */
export interface OutboxListener {
  ended(end: LuaEnd): void;
  logged(record: LuaLog): void;
  /** For a process of another lane; absent where there is no other. */
  letter?(letter: LuaLetter): void;
}

const kinds = { ended: 1, message: 2, log: 3, signal: 4 };
const engine = "lua";
const [digitZero, letterA, letterX] = [0x30, 0x61, 0x78];

/** A record of the outbox (native/lua/host/outbox.h) that is meant for a process of another lane. */
export class LuaLetter implements Letter {
  /** The whole record, its length first: another lane of Lua reads it as it is. */
  readonly record: Buffer;
  readonly to: string;
  readonly #afterTo: number;

  constructor(record: Buffer) {
    this.record = record;
    this.#afterTo = endOfText(record, 5);
    this.to = textAt(record, 5);
  }

  get from(): string {
    return textAt(this.record, this.#afterTo);
  }

  get content(): Letter["content"] {
    const at = endOfText(this.record, this.#afterTo);
    if (this.record[4] === kinds.signal) return { kind: "signal", engine, bytes: this.record.subarray(at) };
    const valueAt = endOfText(this.record, at);
    return {
      kind: "message",
      topic: textAt(this.record, at),
      value: { size: this.record.length - valueAt, open: () => new ValueReader(this.record, valueAt).read() },
    };
  }
}

/** Makes a record of a message from outside. */
export function recordOf(letter: Letter, topic: string, value: Uint8Array): Buffer {
  const texts = [letter.to, letter.from ?? "", topic].map((text) => Buffer.from(text));
  const length = texts.reduce((sum, text) => sum + 4 + text.length, 5 + value.length);
  const record = Buffer.allocUnsafe(length);
  record.writeUInt32LE(length - 4, 0);
  record.writeUInt8(kinds.message, 4);
  let at = 5;
  for (const text of texts) {
    record.writeUInt32LE(text.length, at);
    record.set(text, at + 4);
    at += 4 + text.length;
  }
  record.set(value, at);
  return record;
}

/** Reads all records of an outbox, in order. */
export function readOutbox(bytes: Buffer, listener: OutboxListener): void {
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32LE(at);
    tell(bytes.subarray(at, end), listener);
    at = end;
  }
}

/** Is the record that begins there meant for a process of another lane? */
export function isLetter(outbox: Buffer, at = 0): boolean {
  return outbox[at + 4] === kinds.message || outbox[at + 4] === kinds.signal;
}

/** The number of the process that a letter is for: what stands before the closing brace of its PID, in hexadecimal. */
export function receiverOf(outbox: Buffer, record: number): number {
  let number = 0;
  for (
    let at = endOfText(outbox, record + 5) - 2, digit = 1;
    at > record && outbox[at] !== letterX;
    at--, digit *= 16
  ) {
    const code = outbox[at] ?? 0;
    number += (code >= letterA ? code - letterA + 10 : code - digitZero) * digit;
  }
  return number;
}

function tell(record: Buffer, listener: OutboxListener): void {
  const kind = record[4];
  if (isLetter(record)) {
    listener.letter?.(new LuaLetter(record));
    return;
  }
  const pid = textAt(record, 5);
  const at = endOfText(record, 5);
  if (kind === kinds.ended) listener.ended(endOf(pid, new ValueReader(record, at).read()));
  else if (kind === kinds.log) {
    const level = record.readUInt8(at);
    const placeAt = endOfText(record, at + 1);
    const fields = new ValueReader(record, endOfText(record, placeAt)).read();
    listener.logged({ pid, level, text: textAt(record, at + 1), place: textAt(record, placeAt), fields });
  }
}

function textAt(record: Buffer, at: number): string {
  return record.toString("utf8", at + 4, at + 4 + record.readUInt32LE(at));
}

function endOfText(record: Buffer, at: number): number {
  return at + 4 + record.readUInt32LE(at);
}

function endOf(pid: string, event: LuaValue): LuaEnd {
  const { result } = event as { readonly result: { readonly value?: LuaValue; readonly error?: LuaFailure } };
  if (result.error !== undefined) return { pid, failed: true, error: result.error };
  return { pid, failed: false, value: result.value ?? null };
}
