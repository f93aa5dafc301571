import { MessageChannel, Worker } from "node:worker_threads";
import { messageOf } from "../../../app_runtime/base/runtime_error.ts";
import {
  type CancelOptions,
  type Lane,
  LaneLostError,
  type LaneParts,
  type Letter,
  type ProcessEntry,
  type ProcessHostSettings,
  ProcessRefusedError,
  type Pulse,
  type SpawnRequest,
} from "../../../app_runtime/processes/api.ts";
import { eraseTypes } from "../dialect/erase_types.ts";
import { LuaSourceError } from "./lane.ts";
import { board, type FromLane, type LaneAnswer, type LaneThreadSettings, type ToLane } from "./lane_messages.ts";
import { ValueWriter } from "./lane_values.ts";
import { LetterBatch } from "./letter_batch.ts";
import type { LuaCode } from "./lua_entry.ts";
import { LuaLetter, readOutbox, recordOf } from "./outbox.ts";

const threadFile = new URL(`./lane_thread.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url);
/** Bytes of letters that its thread has not taken yet. */
const mostUndelivered = 8 << 20;
const startLimitMs = 20_000;
const usualPatienceMs = 30_000;

interface Question {
  readonly resolve: (value: string | number | undefined) => void;
  readonly refuse: (answer: LaneAnswer & { readonly refused: string }) => void;
  readonly reject: (reason: Error) => void;
}

type Ask<T> = T extends { readonly ask: number } ? Omit<T, "ask"> : never;

/** This side of a lane whose thread runs Lua. Whatever is asked of it in one turn of the event loop goes over at once. */
export class ThreadLane implements Lane {
  readonly #parts: LaneParts;
  readonly #worker: Worker;
  readonly #board: Int32Array;
  readonly #writer = new ValueWriter();
  readonly #questions = new Map<number, Question>();
  #given: (ToLane | LetterBatch)[] = [];
  #isSending = false;
  #asked = 0;
  /** Parts of what was sent that the thread has not done. */
  #undone = 0;
  /** Bytes of letters in the batches that are under way, oldest first. */
  readonly #underway: { readonly parts: number; readonly bytes: number }[] = [];
  #undelivered = 0;
  #isGone = false;

  private constructor(parts: LaneParts & LaneThreadOptions) {
    const { slot, node, numbers, names, module, shortPids, slice } = parts;
    const shared = new SharedArrayBuffer(board.length * 4);
    const settings: LaneThreadSettings = {
      module,
      slot,
      node,
      shortPids,
      slice,
      numbers: numbers.shared,
      names: names.shared,
      board: shared,
    };
    this.#parts = parts;
    this.#board = new Int32Array(shared);
    this.#worker = new Worker(threadFile, { name: `lua_${slot}`, workerData: settings, execArgv: [], env: {} });
    let cause = "its thread ended";
    this.#worker.on("message", (report: FromLane) => this.#read(report));
    this.#worker.on("error", (thrown) => {
      cause = messageOf(thrown);
    });
    this.#worker.on("exit", () => this.#gone(cause));
  }

  /** Resolves when the thread answers. @throws {LaneLostError} when it cannot start. */
  static async open(parts: LaneParts & LaneThreadOptions): Promise<ThreadLane> {
    const lane = new ThreadLane(parts);
    const limit = setTimeout(() => void lane.close(), startLimitMs);
    try {
      await lane.hostLoad("");
      return lane;
    } finally {
      clearTimeout(limit);
    }
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  get load(): number {
    return Atomics.load(this.#board, board.live);
  }

  get pulse(): Pulse {
    const hasWork = Atomics.load(this.#board, board.isBusy) === 1 || this.#undone > 0;
    return { hasWork, turns: Atomics.load(this.#board, board.turns) };
  }

  async defineHost(host: ProcessHostSettings): Promise<void> {
    await this.#ask({ kind: "host", host }, ({ refused }) => new LaneLostError(this.#parts.slot, refused));
  }

  async defineEntry({ id, code }: ProcessEntry): Promise<void> {
    const { source, ...rest } = code as LuaCode;
    const entry = { id, ...rest, source: eraseTypes(source, { chunkName: rest.file ?? id }) };
    await this.#ask({ kind: "entry", entry }, ({ refused }) => new LuaSourceError(refused));
  }

  async spawn({ entry, host, values }: SpawnRequest): Promise<string> {
    for (const value of values) this.#writer.write(value);
    const question = {
      kind: "spawn",
      entry,
      host,
      values: Uint8Array.from(this.#writer.take()),
      count: values.length,
    } as const;
    return String(await this.#ask(question, ({ refused }) => new ProcessRefusedError(entry, host, refused)));
  }

  deliver(letter: Letter): boolean {
    if (this.#undelivered > mostUndelivered) return false;
    const record = this.#recordOf(letter);
    if (record === undefined) return true;
    const last = this.#given.at(-1);
    if (last instanceof LetterBatch) last.add(record);
    else this.#send(new LetterBatch(record));
    this.#undelivered += record.length;
    return true;
  }

  terminate(pid: string): void {
    this.#send({ kind: "terminate", pid });
  }

  cancel(pid: string, { afterMs, reason = "", enforced = afterMs !== undefined }: CancelOptions): void {
    this.#send({ kind: "cancel", pid, delayMs: afterMs ?? usualPatienceMs, reason, enforced });
  }

  stopHost(host: string, patienceMs: number): void {
    this.#send({ kind: "stop_host", host, patienceMs });
  }

  async hostLoad(host: string): Promise<number> {
    return Number(
      await this.#ask({ kind: "host_load", host }, ({ refused }) => new LaneLostError(this.#parts.slot, refused)),
    );
  }

  /** Letters between the two go from thread to thread. */
  connect(other: ThreadLane): void {
    const { port1, port2 } = new MessageChannel();
    this.#send({ kind: "peer", slot: other.#parts.slot, port: port1 });
    other.#send({ kind: "peer", slot: this.#parts.slot, port: port2 });
  }

  peerLost(slot: number): void {
    this.#send({ kind: "peer_lost", slot });
  }

  async close(): Promise<void> {
    this.#isGone = true;
    await this.#worker.terminate();
    this.#refuseAll("it was closed");
  }

  /** Undefined: a signal of another engine, which Lua cannot read. */
  #recordOf(letter: Letter): Buffer | undefined {
    if (letter instanceof LuaLetter) return letter.record;
    const { content } = letter;
    if (content.kind === "signal") return undefined;
    return recordOf(letter, content.topic, this.#writer.write(content.value.open()).take());
  }

  #ask(
    question: Ask<ToLane>,
    refusal: (answer: LaneAnswer & { readonly refused: string }) => Error,
  ): Promise<string | number | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<string | number | undefined>();
    const ask = ++this.#asked;
    if (this.#isGone) return Promise.reject(new LaneLostError(this.#parts.slot, "it was closed"));
    this.#questions.set(ask, { resolve, reject, refuse: (answer) => reject(refusal(answer)) });
    this.#send({ ...question, ask } as ToLane);
    return promise;
  }

  #send(part: ToLane | LetterBatch): void {
    this.#given.push(part);
    if (this.#isSending || this.#isGone) return;
    this.#isSending = true;
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    this.#isSending = false;
    const given = this.#given;
    this.#given = [];
    if (this.#isGone) return;
    const bytes = given.reduce((sum, each) => sum + (each instanceof LetterBatch ? each.length : 0), 0);
    this.#underway.push({ parts: given.length, bytes });
    this.#undone += given.length;
    const ports = given.flatMap((each) => ("port" in each ? [each.port] : []));
    this.#worker.postMessage(
      given.map((each) => (each instanceof LetterBatch ? each.toMessage() : each)),
      ports,
    );
  }

  #read({ answers, outbox, done, refused }: FromLane): void {
    if (this.#isGone) return;
    for (const answer of answers) this.#answered(answer);
    if (outbox !== undefined) {
      const { listener } = this.#parts;
      readOutbox(Buffer.from(outbox.buffer, outbox.byteOffset, outbox.byteLength), {
        ended: (end) => listener.ended(end),
        logged: (record) => listener.logged(record),
        letter: (letter) => listener.letter(letter),
      });
      this.#send({ kind: "read" });
    }
    if (refused > 0) this.#parts.listener.refused(refused);
    this.#settle(done);
  }

  #answered(answer: LaneAnswer): void {
    const question = this.#questions.get(answer.ask);
    this.#questions.delete(answer.ask);
    if ("refused" in answer) question?.refuse(answer);
    else question?.resolve(answer.value);
  }

  /** The thread has done so many parts of what it was given. It takes what was posted at once as a whole. */
  #settle(done: number): void {
    this.#undone -= done;
    const wasFull = this.#undelivered > mostUndelivered;
    for (let left = done; left > 0 && this.#underway.length > 0; ) {
      const first = this.#underway.shift() as { readonly parts: number; readonly bytes: number };
      left -= first.parts;
      this.#undelivered -= first.bytes;
    }
    if (wasFull && this.#undelivered <= mostUndelivered) this.#parts.listener.hasRoom();
  }

  #gone(cause: string): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#refuseAll(cause);
    this.#parts.listener.lost(cause);
  }

  #refuseAll(cause: string): void {
    for (const { reject } of this.#questions.values()) reject(new LaneLostError(this.#parts.slot, cause));
    this.#questions.clear();
  }
}

export interface LaneThreadOptions {
  readonly module: WebAssembly.Module;
  readonly shortPids: boolean;
  readonly slice: number;
}
