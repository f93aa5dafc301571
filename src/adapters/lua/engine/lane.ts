import { RuntimeError } from "../../../app_runtime/base/runtime_error.ts";
import { instantiateLane, type LaneCalls, type LaneExports } from "./lane_module.ts";
import { type LuaFailure, type LuaValue, ValueReader, ValueWriter } from "./lane_values.ts";

export interface LaneHost {
  readonly id: string;
  /** 0: no limit. */
  readonly maxProcesses: number;
  /** Of one process, in bytes. */
  readonly maxMemory: number;
  /** Unread messages of one process. */
  readonly maxMessages: number;
  /** Bytes of those. */
  readonly maxMailbox: number;
}

export interface LaneEntry {
  /** "namespace:name" */
  readonly id: string;
  /** Lua 5.4, without annotations. */
  readonly source: string;
  /** Stands in messages before the line; the id when absent. */
  readonly file?: string;
  /** The function of the chunk's table that runs; `main`, else `run`, when absent. */
  readonly method?: string;
}

/** How a process ended: what it returned, or why it failed. */
export type ProcessEnd =
  | { readonly pid: string; readonly failed: false; readonly value: LuaValue }
  | { readonly pid: string; readonly failed: true; readonly error: LuaFailure };

/** What the lane tells, once a turn. */
export interface LaneListener {
  ended(end: ProcessEnd): void;
  logged(record: {
    readonly pid: string;
    readonly level: number;
    readonly text: string;
    readonly fields: LuaValue;
  }): void;
}

export interface LaneParts {
  readonly module: WebAssembly.Module;
  readonly calls: LaneCalls;
  readonly listener: LaneListener;
  /** Of this runtime among others; empty when it is alone. */
  readonly node?: string;
  /** {host|0x00001} in place of {host|ns:entry|0x00001}. */
  readonly shortPids?: boolean;
  /** Steps after which a process that goes on and on lets the others have their turn. */
  readonly slice?: number;
}

/** A source that does not compile. The message names file and line. */
export class LuaSourceError extends RuntimeError {
  readonly code = "LUA_SOURCE";
  override readonly failureClass = "permanent";
}

/** A process that could not begin, or is not there. */
export class LuaProcessError extends RuntimeError {
  readonly code = "LUA_PROCESS";
}

const records = { ended: 1, message: 2, log: 3 };
const messageRoom = 512;
const defaultSlice = 20_000;

/** Processes of Lua in one instance of the engine. It runs when `run` is called, on the thread that calls it. */
export class Lane {
  readonly #lane: LaneExports;
  readonly #listener: LaneListener;
  readonly #writer = new ValueWriter();

  constructor({ module, calls, listener, node = "", shortPids = false, slice = defaultSlice }: LaneParts) {
    this.#lane = instantiateLane(module, calls);
    this.#listener = listener;
    this.#lend([node], ([at, length]) => this.#lane.lane_begin(at, length, shortPids ? 1 : 0, slice));
  }

  /** Processes that live. */
  get processes(): number {
    return this.#lane.process_count();
  }

  /** Bytes of the instance; it never gets smaller. */
  get memory(): number {
    return this.#lane.memory.buffer.byteLength;
  }

  defineHost({ id, maxProcesses, maxMemory, maxMessages, maxMailbox }: LaneHost): void {
    this.#lend([id], ([at, length]) =>
      this.#lane.host_define(at, length, maxProcesses, maxMemory, maxMessages, maxMailbox),
    );
  }

  /** Makes an entry or gives one a new version; processes that run keep theirs. @throws {LuaSourceError} */
  defineEntry({ id, source, file = id, method = "" }: LaneEntry): void {
    const room = "\0".repeat(messageRoom);
    this.#lend(
      [id, `@${file}\0`, source, `${method}\0`, room],
      ([idAt, idLength], [fileAt], [sourceAt, length], [methodAt], [messageAt]) => {
        const wrong = this.#lane.entry_define(
          idAt,
          idLength,
          fileAt,
          sourceAt,
          length,
          method === "" ? 0 : methodAt,
          messageAt,
          messageRoom,
        );
        if (wrong > 0) throw new LuaSourceError(this.#text(messageAt, wrong));
      },
    );
  }

  /** Starts a process; its end is told to the listener. Returns its PID. @throws {LuaProcessError} */
  spawn(entry: string, host: string, values: readonly unknown[] = []): string {
    for (const value of values) this.#writer.write(value);
    return this.#lend([entry, host, this.#writer.take()], ([entryAt, entryLength], [hostAt, hostLength], [at]) => {
      const length = this.#lane.spawn(entryAt, entryLength, hostAt, hostLength, at, values.length);
      const text = this.#text(this.#lane.spawn_text(), Math.abs(length));
      if (length < 0) throw new LuaProcessError(`${entry} did not start on ${host}: ${text}.`);
      return text;
    });
  }

  send(pid: string, topic: string, value: unknown): "done" | "unknown" | "full" {
    const bytes = this.#writer.write(value).take();
    const answer = this.#lend([pid, topic, bytes], ([pidAt, pidLength], [topicAt, topicLength], [at, length]) =>
      this.#lane.process_send(pidAt, pidLength, topicAt, topicLength, at, length),
    );
    return (["done", "unknown", "full"] as const)[answer] ?? "unknown";
  }

  /** Ends a process at its next step. False: there is none. */
  terminate(pid: string): boolean {
    return this.#lend([pid], ([at, length]) => this.#lane.process_terminate(at, length)) === 0;
  }

  /** Runs what is ready, `slices` at most. Returns the milliseconds after which it wants to run again; undefined: when given something. */
  run(slices = 5_000): number | undefined {
    const next = this.#lane.lane_run(slices);
    this.#empty();
    return next < 0 ? undefined : next;
  }

  #empty(): void {
    const length = this.#lane.outbox_length();
    if (length === 0) return;
    const bytes = Buffer.from(Buffer.from(this.#lane.memory.buffer, this.#lane.outbox_bytes(), length));
    this.#lane.outbox_clear();
    for (let at = 0; at < length; ) {
      const size = bytes.readUInt32LE(at);
      this.#tell(bytes.subarray(at + 4, at + 4 + size));
      at += 4 + size;
    }
  }

  #tell(record: Buffer): void {
    let at = 1;
    const text = () => {
      const length = record.readUInt32LE(at);
      at += 4 + length;
      return record.toString("utf8", at - length, at);
    };
    const pid = text();
    if (record[0] === records.ended) this.#listener.ended(endOf(pid, new ValueReader(record, at).read()));
    else if (record[0] === records.log) {
      const level = record.readUInt8(at++);
      const line = text();
      this.#listener.logged({ pid, level, text: line, fields: new ValueReader(record, at).read() });
    }
  }

  #text(at: number, length: number): string {
    return Buffer.from(this.#lane.memory.buffer, at, length).toString();
  }

  /** Gives texts and bytes to the instance for the time of one call, each as its address and length. */
  #lend<T>(given: readonly (string | Uint8Array)[], call: (...lent: [number, number][]) => T): T {
    const blocks = given.map((each) => {
      const bytes = typeof each === "string" ? Buffer.from(each) : each;
      const at = this.#lane.memory_take(bytes.length + 1);
      return { bytes, at };
    });
    const memory = Buffer.from(this.#lane.memory.buffer);
    for (const { bytes, at } of blocks) memory.set(bytes, at);
    try {
      return call(...blocks.map(({ bytes, at }): [number, number] => [at, bytes.length]));
    } finally {
      for (const { bytes, at } of blocks) this.#lane.memory_give(at, bytes.length + 1);
    }
  }
}

function endOf(pid: string, event: LuaValue): ProcessEnd {
  const { result } = event as { readonly result: { readonly value?: LuaValue; readonly error?: LuaFailure } };
  if (result.error !== undefined) return { pid, failed: true, error: result.error };
  return { pid, failed: false, value: result.value ?? null };
}
