import { RuntimeError } from "../../../app_runtime/base/runtime_error.ts";
import { type ProcessHostSettings, ProcessRefusedError, type WhenFull } from "../../../app_runtime/processes/api.ts";
import { instantiateLane, type LaneCalls, type LaneExports } from "./lane_module.ts";
import { ValueWriter } from "./lane_values.ts";
import { type OutboxListener, readOutbox } from "./outbox.ts";

export interface LaneEntry {
  /** "namespace:name" */
  readonly id: string;
  /** Lua 5.4, without annotations. */
  readonly source: string;
  /** Stands in messages before the line; the id when absent. */
  readonly file?: string;
  /** The function of the chunk's table that runs; `main`, else `run`, when absent. */
  readonly method?: string;
  /** What its code may require; all modules when absent. */
  readonly modules?: readonly string[];
}

export interface LaneParts {
  readonly module: WebAssembly.Module;
  readonly calls: LaneCalls;
  readonly listener: OutboxListener;
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

const messageRecord = 2;
const messageRoom = 512;
/** In the order of the engine. */
const whenFull: readonly WhenFull[] = ["refuse", "wait", "drop_oldest"];
const defaultSlice = 20_000;

/** Processes of Lua in one instance of the engine. It runs when `run` is called, on the thread that calls it. */
export class Lane {
  readonly #lane: LaneExports;
  readonly #listener: OutboxListener;
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

  defineHost({ id, maxProcesses, maxMemory, maxMessages, maxMailbox, ...host }: ProcessHostSettings): void {
    this.#lend([id], ([at, length]) =>
      this.#lane.host_define(
        at,
        length,
        maxProcesses,
        maxMemory,
        maxMessages,
        maxMailbox,
        whenFull.indexOf(host.whenFull ?? "refuse"),
        host.batchSends === true ? 1 : 0,
      ),
    );
  }

  /** Makes an entry or gives one a new version; processes that run keep theirs. @throws {LuaSourceError} */
  defineEntry({ id, source, file = id, method = "", modules }: LaneEntry): void {
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
    if (modules === undefined) return;
    this.#lend([id, modules.map((name) => `${name}\0`).join("")], ([idAt, idLength], [namesAt, length]) =>
      this.#lane.entry_modules(idAt, idLength, namesAt, length),
    );
  }

  /** Starts a process; its end is told to the listener. Returns its PID. @throws {ProcessRefusedError} */
  spawn(entry: string, host: string, values: readonly unknown[] = []): string {
    for (const value of values) this.#writer.write(value);
    return this.spawnWith(entry, host, this.#writer.take(), values.length);
  }

  /** The same with values that were written already. */
  spawnWith(entry: string, host: string, values: Uint8Array, count: number): string {
    return this.#lend([entry, host, values], ([entryAt, entryLength], [hostAt, hostLength], [at]) => {
      const length = this.#lane.spawn(entryAt, entryLength, hostAt, hostLength, at, count);
      const text = this.#text(this.#lane.spawn_text(), Math.abs(length));
      if (length < 0) throw new ProcessRefusedError(entry, host, text);
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
    const next = this.runSlices(slices);
    const told = this.takeOutbox();
    if (told !== undefined) readOutbox(told, this.#listener);
    return next;
  }

  /** The same, and leaves what it has to tell in the outbox. */
  runSlices(slices: number): number | undefined {
    const next = this.#lane.lane_run(slices);
    return next < 0 ? undefined : next;
  }

  /** What the lane has to tell, in bytes of their own; undefined when that is nothing. `run` reads it itself. */
  takeOutbox(): Buffer<ArrayBuffer> | undefined {
    const length = this.#lane.outbox_length();
    if (length === 0) return undefined;
    const bytes = Buffer.from(
      new Uint8Array(this.#lane.memory.buffer, this.#lane.outbox_bytes(), length).slice().buffer,
    );
    this.#lane.outbox_clear();
    return bytes;
  }

  /** Takes letters from other lanes, as records that follow each other. Returns how many could not be delivered. */
  takeLetters(records: Buffer): number {
    let refused = 0;
    this.#lend([records], ([start]) => {
      for (let at = 0; at < records.length; ) {
        const next = at + 4 + records.readUInt32LE(at);
        if (!this.#takeLetter(records, at, next, start)) refused += 1;
        at = next;
      }
    });
    return refused;
  }

  /** Bytes of what it has to tell. */
  get outboxLength(): number {
    return this.#lane.outbox_length();
  }

  cancel(pid: string, delayMs: number, reason: string, enforced: boolean): void {
    this.#lend([pid, reason], ([at, length], [reasonAt, reasonLength]) =>
      this.#lane.process_cancel(at, length, delayMs, reasonAt, reasonLength, enforced ? 1 : 0),
    );
  }

  stopHost(host: string, patienceMs: number): void {
    this.#lend([host], ([at, length]) => this.#lane.host_stop(at, length, patienceMs));
  }

  hostLoad(host: string): number {
    return this.#lend([host], ([at, length]) => this.#lane.host_live(at, length));
  }

  /** Another lane is gone. */
  peerLost(slot: number): void {
    this.#lane.remote_lost(slot);
  }

  /** A record: native/lua/host/outbox.h. The copy that the lane reads begins at `base`. */
  #takeLetter(records: Buffer, at: number, end: number, base: number): boolean {
    const to = at + 5;
    const toLength = records.readUInt32LE(to);
    const from = to + 4 + toLength;
    const fromLength = records.readUInt32LE(from);
    const rest = from + 4 + fromLength;
    const pids = [base + to + 4, toLength, base + from + 4, fromLength] as const;
    if (records[at + 4] !== messageRecord) {
      this.#lane.remote_signal(...pids, base + rest, end - rest);
      return true;
    }
    const topicLength = records.readUInt32LE(rest);
    const value = rest + 4 + topicLength;
    return this.#lane.remote_send(...pids, base + rest + 4, topicLength, base + value, end - value) === 0;
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
