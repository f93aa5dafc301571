import { type Backoff, backoffDelay } from "../base/backoff.ts";
import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/runtime_error.ts";
import { HangWatch } from "./hang_watch.ts";
import type {
  CancelOptions,
  Lane,
  Letter,
  ProcessEnd,
  ProcessEngine,
  ProcessEntry,
  ProcessHostSettings,
  SpawnRequest,
} from "./lane.ts";
import { Mailbox } from "./mailbox.ts";
import type { NumberBlocks } from "./number_blocks.ts";
import { parsePid } from "./pid.ts";
import { LaneLostError, ProcessRefusedError } from "./process_errors.ts";
import type { ProcessEvent } from "./process_event.ts";
import type { SharedNames } from "./shared_names.ts";

export interface LaneSlotParts {
  readonly slot: number;
  readonly engine: ProcessEngine;
  readonly node: string;
  readonly numbers: NumberBlocks;
  readonly names: SharedNames;
  readonly clock: Clock;
  readonly tell: (event: ProcessEvent) => void;
  readonly route: (letter: Letter) => void;
  /** Its lane is gone; names are free and JavaScript knows of its processes. */
  readonly onLost: (slot: number) => void;
}

export interface StartedProcess {
  readonly pid: string;
  readonly ended: Promise<ProcessEnd>;
}

const patience: Backoff = { initialDelayMs: 100, maxDelayMs: 5_000, factor: 2, jitter: 0.1 };
/** A lane that lived as long broke for a reason of its own, not for that of the one before. */
const stableMs = 10_000;

/** A place for one lane at a time: when its lane breaks or hangs, another takes over with the same hosts and entries. */
export class LaneSlot {
  readonly #parts: LaneSlotParts;
  readonly #hosts = new Map<string, ProcessHostSettings>();
  readonly #entries = new Map<string, ProcessEntry>();
  readonly #ends = new Map<string, PromiseWithResolvers<ProcessEnd>>();
  readonly #mailbox = new Mailbox<Letter>();
  #lane: Lane | undefined;
  #watch = new HangWatch();
  #starting = 0;
  #revision = 0;
  #openedAt = 0;
  #losses = 0;
  #retry: Disposable | undefined;
  #replacing: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(parts: LaneSlotParts) {
    this.#parts = parts;
  }

  get slot(): number {
    return this.#parts.slot;
  }

  get engine(): string {
    return this.#parts.engine.name;
  }

  /** Processes that live or begin; undefined while there is no lane. */
  get load(): number | undefined {
    return this.#lane && this.#lane.load + this.#starting;
  }

  async open(): Promise<void> {
    const { slot, engine, node, numbers, names, clock, tell, route } = this.#parts;
    let isCurrent = true;
    const lane = await engine.open({
      slot,
      node,
      numbers,
      names,
      listener: {
        ended: (end) => isCurrent && this.#endOf(end.pid).resolve(end),
        letter: (letter) => isCurrent && route(letter),
        logged: (record) => isCurrent && tell({ kind: "process.log", ...record }),
        hasRoom: () => isCurrent && this.#drain(),
        refused: (letters) => isCurrent && tell({ kind: "letters.refused", slot, letters }),
        lost: (why) => {
          if (isCurrent) this.#lost(why); // while it still opens, opening it fails
          isCurrent = false;
        },
      },
    });
    try {
      await this.#defineAll(lane);
      if (!isCurrent) throw new LaneLostError(slot, "it broke while it was opened");
    } catch (thrown) {
      isCurrent = false;
      await lane.close();
      throw thrown;
    }
    if (this.#isClosed) return await lane.close();
    this.#lane = lane;
    this.#watch = new HangWatch();
    this.#openedAt = clock.now();
    this.#drain();
  }

  /** Hands on what waits, as far as there is room. */
  #drain(): void {
    this.#mailbox.drain((letter) => this.#lane?.deliver(letter) ?? false);
  }

  /** Again, when something was defined in the meantime. */
  async #defineAll(lane: Lane): Promise<void> {
    let revision: number;
    do {
      revision = this.#revision;
      for (const host of this.#hosts.values()) await lane.defineHost(host);
      for (const entry of this.#entries.values()) await lane.defineEntry(entry);
    } while (revision !== this.#revision);
  }

  async defineHost(host: ProcessHostSettings): Promise<void> {
    await this.#lane?.defineHost(host);
    this.#hosts.set(host.id, host);
    this.#revision += 1;
  }

  async defineEntry(entry: ProcessEntry): Promise<void> {
    await this.#lane?.defineEntry(entry);
    this.#entries.set(entry.id, entry);
    this.#revision += 1;
  }

  async spawn(request: SpawnRequest): Promise<StartedProcess> {
    if (this.#lane === undefined)
      throw new ProcessRefusedError(request.entry, request.host, "its lane is being replaced");
    this.#starting += 1;
    try {
      const pid = await this.#lane.spawn(request);
      const { promise } = this.#endOf(pid);
      return { pid, ended: promise };
    } finally {
      this.#starting -= 1;
    }
  }

  /**
   * Hands a letter to its lane, now or when there is room. Between two lanes it waits for the next, which knows that the
   * receiver is gone: whoever watches that is told.
   */
  deliver(letter: Letter): "sent" | "unknown" | "full" {
    if (this.#isClosed) return "unknown";
    const isTaken = this.#mailbox.offer(letter.from ?? "", letter, (each) => this.#lane?.deliver(each) ?? false);
    if (!isTaken) this.#parts.tell({ kind: "letter.dropped", to: letter.to, from: letter.from });
    return isTaken ? "sent" : "full";
  }

  terminate(pid: string): void {
    this.#lane?.terminate(pid);
  }

  cancel(pid: string, options: CancelOptions): void {
    this.#lane?.cancel(pid, options);
  }

  stopHost(host: string, patienceMs: number): void {
    this.#hosts.delete(host);
    this.#lane?.stopHost(host, patienceMs);
  }

  /** Processes of the host. A lane that is lost in the meantime has none left. */
  async hostLoad(host: string): Promise<number> {
    try {
      return (await this.#lane?.hostLoad(host)) ?? 0;
    } catch (thrown) {
      if (thrown instanceof LaneLostError) return 0;
      throw thrown;
    }
  }

  peerLost(slot: number): void {
    this.#lane?.peerLost(slot);
  }

  /** Looks whether its lane turns; one that hangs is replaced. */
  check(hangLimitMs: number): void {
    const lane = this.#lane;
    if (lane !== undefined && this.#watch.look(lane.pulse)) this.#lost(`it did not turn for ${hangLimitMs} ms`);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#retry?.[Symbol.dispose]();
    const lane = this.#lane;
    this.#lane = undefined;
    await lane?.close();
    await this.#replacing;
    this.#endAll("the runtime was closed");
  }

  #lost(why: string): void {
    if (this.#lane !== undefined) this.#replacing = this.#lose(this.#lane, why);
  }

  /** Its processes end here first, then for whoever watched them from other lanes. */
  async #lose(lane: Lane, why: string): Promise<void> {
    this.#lane = undefined;
    const { slot, clock, names, numbers, tell, onLost } = this.#parts;
    await lane.close();
    names.releaseWhere((pid) => numbers.slotOf(parsePid(pid)?.number ?? 0) === slot);
    this.#endAll(why);
    onLost(slot);
    tell({ kind: "lane.lost", slot, why });
    this.#losses = clock.now() - this.#openedAt < stableMs ? this.#losses + 1 : 0;
    await this.#replace(clock.now());
  }

  async #replace(since: number): Promise<void> {
    const { slot, clock, tell } = this.#parts;
    if (this.#isClosed) return;
    if (this.#losses > 1) await this.#pause();
    if (this.#isClosed) return;
    try {
      await this.open();
      if (!this.#isClosed) tell({ kind: "lane.replaced", slot, tookMs: clock.now() - since });
    } catch (thrown) {
      this.#losses += 1;
      if (this.#isClosed) return;
      tell({ kind: "lane.not_replaced", slot, why: messageOf(thrown), nextTryMs: this.#pauseMs });
      await this.#replace(since);
    }
  }

  get #pauseMs(): number {
    return backoffDelay(patience, this.#losses - 1, () => 0.5);
  }

  async #pause(): Promise<void> {
    const over = Promise.withResolvers<void>();
    const timer = this.#parts.clock.after(this.#pauseMs, over.resolve);
    this.#retry = {
      [Symbol.dispose]: () => {
        timer[Symbol.dispose]();
        over.resolve();
      },
    };
    await over.promise;
  }

  /** The end may be told before the caller of spawn is: whoever comes first makes the promise. */
  #endOf(pid: string): PromiseWithResolvers<ProcessEnd> {
    const known = this.#ends.get(pid);
    if (known !== undefined) return known;
    const end = Promise.withResolvers<ProcessEnd>();
    this.#ends.set(pid, end);
    void end.promise.then(() => queueMicrotask(() => this.#ends.delete(pid)));
    return end;
  }

  #endAll(why: string): void {
    for (const [pid, { resolve }] of this.#ends)
      resolve({ pid, failed: true, error: new LaneLostError(this.#parts.slot, why) });
  }
}
