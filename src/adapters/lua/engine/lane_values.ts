import { RuntimeError } from "../../../app_runtime/base/runtime_error.ts";
import { LuaDuration, LuaLocation, LuaTime } from "./lane_times.ts";

/**
 * What a Lua value is in JavaScript. A table is an array when its keys are 1..n, an object when they are texts, else a Map;
 * an empty one is an object. An integer that a number cannot hold is a bigint; a text that is no UTF-8 is bytes.
 */
export type LuaValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | LuaFailure
  | LuaPayload
  | LuaTime
  | LuaDuration
  | LuaLocation
  | readonly LuaValue[]
  | ReadonlyMap<LuaValue, LuaValue>
  | { readonly [key: string]: LuaValue };

/** An error object of a Lua program (seed 001, module `errors`). */
export class LuaFailure extends Error {
  /** "NotFound", "Invalid" ...; empty when nobody said. */
  readonly kind: string;
  readonly retryable: boolean | undefined;
  readonly details: LuaValue;

  constructor(state: {
    readonly message: string;
    readonly kind?: string;
    readonly retryable?: boolean;
    readonly details?: LuaValue;
  }) {
    super(state.message);
    this.name = "LuaFailure";
    this.kind = state.kind ?? "";
    this.retryable = state.retryable;
    this.details = state.details ?? null;
  }
}

/** A payload that was sent on unopened. */
export class LuaPayload {
  readonly format: string;
  readonly data: LuaValue;

  constructor(data: LuaValue, format = "lua/any") {
    this.data = data;
    this.format = format;
  }
}

/** A value that no Lua program could be given. */
export class LuaValueError extends RuntimeError {
  readonly code = "LUA_VALUE_UNSENDABLE";
  override readonly failureClass = "permanent";
}

/** How each value begins: native/lua/host/values.c holds the other side. */
const tags = {
  nil: 0,
  false: 1,
  true: 2,
  byte: 3,
  integer: 4,
  float: 5,
  short: 6,
  long: 7,
  frozen: 8,
  table: 9,
  again: 10,
  object: 11,
};
const kinds = { error: 1, payload: 2, time: 3, duration: 4, location: 5 };

const maxDepth = 128;
const utf8 = new TextEncoder();
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }); // which keeps it

/** Writes values as the lane reads them. */
export class ValueWriter {
  #bytes = Buffer.allocUnsafe(1024);
  #length = 0;
  readonly #maxBytes: number;

  constructor(maxBytes = Number.POSITIVE_INFINITY) {
    this.#maxBytes = maxBytes;
  }

  /** What was written since the last time. Valid until the next write. */
  take(): Uint8Array {
    const length = this.#length;
    this.#length = 0;
    return this.#bytes.subarray(0, length);
  }

  /** @throws {LuaValueError} for a function, a symbol, a circle, or what is nested deeper than 128 tables. */
  write(value: unknown): this {
    this.#value(value, 0);
    return this;
  }

  #room(more: number): number {
    const at = this.#length;
    if (at + more > this.#maxBytes) throw new LuaValueError(`The value is larger than ${this.#maxBytes} bytes.`);
    if (at + more > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, at + more));
      this.#bytes.copy(larger, 0, 0, at);
      this.#bytes = larger;
    }
    this.#length = at + more;
    return at;
  }

  #tag(tag: number): void {
    const at = this.#room(1);
    this.#bytes[at] = tag;
  }

  /** Like every other writer it makes room first: that may move the bytes. */
  #uint32(value: number): void {
    const at = this.#room(4);
    this.#bytes.writeUInt32LE(value, at);
  }

  #value(value: unknown, depth: number): void {
    if (value === null || value === undefined) this.#tag(tags.nil);
    else if (typeof value === "boolean") this.#tag(value ? tags.true : tags.false);
    else if (typeof value === "number") this.#number(value);
    else if (typeof value === "bigint") this.#integer(value);
    else if (typeof value === "string") this.#text(utf8.encode(value));
    else if (value instanceof Uint8Array) this.#text(value);
    else if (typeof value === "object") this.#object(value, depth);
    else throw new LuaValueError(`A ${typeof value} cannot be given to a Lua program.`);
  }

  #number(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) this.#integer(BigInt(value));
    else {
      this.#tag(tags.float);
      const at = this.#room(8);
      this.#bytes.writeDoubleLE(value, at);
    }
  }

  #integer(value: bigint): void {
    if (BigInt.asIntN(64, value) !== value) throw new LuaValueError(`${value} is larger than an integer of Lua.`);
    if (value >= -128n && value <= 127n) {
      this.#tag(tags.byte);
      const at = this.#room(1);
      this.#bytes.writeInt8(Number(value), at);
    } else {
      this.#tag(tags.integer);
      const at = this.#room(8);
      this.#bytes.writeBigInt64LE(value, at);
    }
  }

  #text(text: Uint8Array): void {
    if (text.length < 256) {
      this.#tag(tags.short);
      const at = this.#room(1);
      this.#bytes.writeUInt8(text.length, at);
    } else {
      this.#tag(tags.long);
      this.#uint32(text.length);
    }
    const at = this.#room(text.length);
    this.#bytes.set(text, at);
  }

  #object(value: object, depth: number): void {
    if (depth >= maxDepth)
      throw new LuaValueError(
        `A value nested deeper than ${maxDepth} tables cannot be given to a Lua program: is it a circle?`,
      );
    if (value instanceof LuaPayload) {
      this.#userdata(kinds.payload, { format: value.format, data: value.data }, depth);
    } else if (value instanceof LuaFailure) {
      const { message, kind, retryable, details } = value;
      this.#userdata(kinds.error, { message, kind, retryable, details }, depth);
    } else if (value instanceof LuaTime) {
      this.#userdata(kinds.time, [value.seconds, value.nanoseconds, value.zone], depth);
    } else if (value instanceof Date) this.#object(LuaTime.of(value), depth);
    else if (value instanceof LuaDuration) this.#userdata(kinds.duration, value.nanoseconds, depth);
    else if (value instanceof LuaLocation) this.#userdata(kinds.location, value.zone, depth);
    else if (value instanceof Error) this.#userdata(kinds.error, { message: value.message }, depth);
    else if (Array.isArray(value)) this.#table(value, [], depth);
    else if (value instanceof Map) this.#table([], [...value], depth);
    else this.#table([], Object.entries(value), depth);
  }

  #userdata(kind: number, state: unknown, depth: number): void {
    this.#tag(tags.object);
    this.#tag(kind);
    this.#value(state, depth + 1);
  }

  #table(items: readonly unknown[], fields: readonly (readonly [unknown, unknown])[], depth: number): void {
    const present = fields.filter(
      ([key, value]) => key !== null && key !== undefined && value !== null && value !== undefined,
    );
    this.#tag(tags.table);
    this.#uint32(items.length);
    this.#uint32(present.length);
    this.#tag(0);
    for (const item of items) this.#value(item, depth + 1);
    for (const [key, value] of present) {
      this.#value(key, depth + 1);
      this.#value(value, depth + 1);
    }
  }
}

/** Reads what the lane wrote. */
export class ValueReader {
  readonly #bytes: Buffer;
  #at: number;
  readonly #tables: LuaValue[] = [];

  /** `bytes` are read from `at` on. */
  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  read(): LuaValue {
    this.#tables.length = 0;
    return this.#value();
  }

  /** Until the bytes end. */
  readAll(): LuaValue[] {
    const values: LuaValue[] = [];
    while (this.#at < this.#bytes.length) values.push(this.read());
    return values;
  }

  #value(): LuaValue {
    const tag = this.#bytes.readUInt8(this.#take(1));
    switch (tag) {
      case tags.nil:
        return null;
      case tags.false:
        return false;
      case tags.true:
        return true;
      case tags.byte:
        return this.#bytes.readInt8(this.#take(1));
      case tags.integer: {
        const value = this.#bytes.readBigInt64LE(this.#take(8));
        const number = Number(value);
        return Number.isSafeInteger(number) ? number : value;
      }
      case tags.float:
        return this.#bytes.readDoubleLE(this.#take(8));
      case tags.short:
        return this.#text(this.#bytes.readUInt8(this.#take(1)));
      case tags.long:
        return this.#text(this.#bytes.readUInt32LE(this.#take(4)));
      case tags.table:
        return this.#table();
      case tags.again:
        return this.#tables[this.#bytes.readUInt32LE(this.#take(4))] ?? null;
      case tags.object:
        return this.#object();
      default:
        throw new LuaValueError(`The engine sent a value that begins with ${tag}, which this runtime does not know.`);
    }
  }

  #take(length: number): number {
    const at = this.#at;
    this.#at += length;
    return at;
  }

  #text(length: number): string | Uint8Array {
    const at = this.#take(length);
    const bytes = this.#bytes.subarray(at, at + length);
    try {
      return strict.decode(bytes);
    } catch {
      return Uint8Array.from(bytes);
    }
  }

  #table(): LuaValue {
    const count = this.#bytes.readUInt32LE(this.#take(4));
    let fields = this.#bytes.readUInt32LE(this.#take(4));
    const hasMeta = this.#bytes.readUInt8(this.#take(1)) === 1;
    const index = this.#tables.push(null) - 1;
    const map = new Map<LuaValue, LuaValue>();
    if (hasMeta) this.#value();
    const items = Array.from({ length: count }, () => this.#value());
    for (; fields > 0; fields--) map.set(this.#value(), this.#value());
    const made = shapeOf(items, map);
    this.#tables[index] = made;
    return made;
  }

  #object(): LuaValue {
    const kind = this.#bytes.readUInt8(this.#take(1));
    const held = this.#value();
    if (kind === kinds.time) {
      const [seconds, nanoseconds, zone] = held as [number, number, string];
      return new LuaTime(seconds, nanoseconds, zone);
    }
    if (kind === kinds.duration) return new LuaDuration(held as number | bigint);
    if (kind === kinds.location) return new LuaLocation(String(held));
    const state = held as { readonly [key: string]: LuaValue };
    if (kind === kinds.payload) return new LuaPayload(state.data ?? null, String(state.format ?? "lua/any"));
    return new LuaFailure({
      message: String(state.message ?? ""),
      kind: String(state.kind ?? ""),
      ...(typeof state.retryable === "boolean" && { retryable: state.retryable }),
      details: state.details ?? null,
    });
  }
}

function shapeOf(items: readonly LuaValue[], fields: Map<LuaValue, LuaValue>): LuaValue {
  if (fields.size === 0 && items.length > 0) return items;
  const isRecord = items.length === 0 && [...fields.keys()].every((key) => typeof key === "string");
  if (isRecord) return Object.fromEntries(fields as Map<string, LuaValue>);
  items.forEach((item, n) => {
    fields.set(n + 1, item);
  });
  return fields;
}
