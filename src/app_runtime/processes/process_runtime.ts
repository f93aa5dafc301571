import type { Clock } from "../base/clock.ts";
import { looksUntilHang } from "./hang_watch.ts";
import type { CancelOptions, Letter, ProcessEnd, ProcessEngine, ProcessEntry, ProcessHostSettings } from "./lane.ts";
import { LaneSlot } from "./lane_slot.ts";
import { mostLanes, NumberBlocks } from "./number_blocks.ts";
import { parsePid } from "./pid.ts";
import { ProcessesClosedError, ProcessRefusedError } from "./process_errors.ts";
import type { ProcessEvent } from "./process_event.ts";
import { ProcessHost } from "./process_host.ts";
import { SharedNames } from "./shared_names.ts";

export interface ProcessRuntimeParts {
  readonly clock: Clock;
  readonly engines: readonly { readonly engine: ProcessEngine; readonly lanes: number }[];
  /** Of this runtime among others; empty when it is alone. */
  readonly node?: string;
  /** A lane that has work and does not turn for so long is replaced. Default: 1,000. */
  readonly hangLimitMs?: number;
  /** Names that processes may have at once. Default: 32,768. */
  readonly maxNames?: number;
}

/** A process that was started from outside. */
export interface ProcessHandle {
  readonly pid: string;
  /** Never rejects: a failure is told in it. */
  readonly ended: Promise<ProcessEnd>;
  send(topic: string, value: unknown): SendAnswer;
  cancel(options?: CancelOptions): void;
  terminate(): void;
}

/** `unknown`: no process had that PID or has that name. `full`: its lane has too much to read. */
export type SendAnswer = "sent" | "unknown" | "full";

type State = "new" | "running" | "closed";

/** Processes for an application: isolated, on the lanes of one or more engines, talking by messages (seeds 001 and 004). */
export class ProcessRuntime {
  readonly #clock: Clock;
  readonly #slots: readonly LaneSlot[];
  readonly #numbers = new NumberBlocks();
  readonly #names: SharedNames;
  readonly #hangLimitMs: number;
  readonly #hosts = new Map<string, ProcessHost>();
  readonly #entries = new Map<string, ProcessEntry>();
  readonly #listeners = new Set<(event: ProcessEvent) => void>();
  #watch: Disposable | undefined;
  #state: State = "new";

  constructor({ clock, engines, node = "", hangLimitMs = 1_000, maxNames = 32_768 }: ProcessRuntimeParts) {
    this.#clock = clock;
    this.#hangLimitMs = hangLimitMs;
    this.#names = new SharedNames({ maxNames });
    const places = engines.flatMap(({ engine, lanes }) => Array.from({ length: lanes }, () => engine));
    if (places.length > mostLanes)
      throw new RangeError(`A runtime has ${mostLanes} lanes at most, not ${places.length}.`);
    this.#slots = places.map(
      (engine, slot) =>
        new LaneSlot({
          slot,
          engine,
          node,
          clock,
          numbers: this.#numbers,
          names: this.#names,
          tell: (event) => this.#tell(event),
          route: (letter) => void this.#route(letter),
          onLost: (lost) => this.#tellPeers(lost),
        }),
    );
  }

  /** Opens the lanes. @throws what an engine that cannot open says; then everything is closed again. */
  async start(): Promise<void> {
    if (this.#state !== "new") throw new ProcessesClosedError();
    this.#state = "running";
    try {
      await Promise.all(this.#slots.map((slot) => slot.open()));
    } catch (thrown) {
      await this.close();
      throw thrown;
    }
    this.#look();
  }

  /** Makes a host, or gives it other limits; processes that run keep theirs. */
  async host(settings: ProcessHostSettings): Promise<ProcessHost> {
    this.#running();
    const host = new ProcessHost({ settings, clock: this.#clock, slots: this.#slots });
    await host.open();
    this.#hosts.set(settings.id, host);
    return host;
  }

  /** Makes an entry, or gives it a new version; processes that run keep theirs. @throws when its code does not compile */
  async entry(entry: ProcessEntry): Promise<void> {
    const slots = this.#running().filter((slot) => slot.engine === entry.engine);
    if (slots.length === 0)
      throw new RangeError(
        `Entry ${entry.id} is for the engine "${entry.engine}", and this runtime has no lane of it.`,
      );
    for (const slot of slots) await slot.defineEntry(entry);
    this.#entries.set(entry.id, entry);
  }

  /** Starts a process on the lane with the fewest. @throws {ProcessRefusedError} */
  async spawn(entry: string, host: string, ...values: readonly unknown[]): Promise<ProcessHandle> {
    const slots = this.#running();
    const known = this.#entries.get(entry);
    if (known === undefined) throw new ProcessRefusedError(entry, host, "entry not found");
    this.#hosts.get(host)?.refuseWhenStopped(entry);
    const slot = leastLoaded(slots.filter(({ engine }) => engine === known.engine));
    if (slot === undefined) throw new ProcessRefusedError(entry, host, "every lane is being replaced");
    const { pid, ended } = await slot.spawn({ entry, host, values });
    return {
      pid,
      ended,
      send: (topic, value) => this.send(pid, topic, value),
      cancel: (options = {}) => slot.cancel(pid, options),
      terminate: () => slot.terminate(pid),
    };
  }

  /** Sends one message to a PID or a name. `sent` promises nothing: its receiver may end before it reads. */
  send(to: string, topic: string, value: unknown): SendAnswer {
    this.#running();
    const pid = parsePid(to) === undefined ? this.#names.lookup(to) : to;
    if (pid === undefined) return "unknown";
    const carried = { size: 0, open: () => value };
    return this.#route({ to: pid, from: undefined, content: { kind: "message", topic, value: carried } });
  }

  /** The PID that has the name. */
  lookup(name: string): string | undefined {
    return this.#names.lookup(name);
  }

  subscribe(listener: (event: ProcessEvent) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /** Processes that live, of every lane. */
  get load(): number {
    return this.#slots.reduce((sum, { load }) => sum + (load ?? 0), 0);
  }

  /** Ends every lane with its processes, at once. Stop the hosts first to let them finish. */
  async close(): Promise<void> {
    this.#state = "closed";
    this.#watch?.[Symbol.dispose]();
    await Promise.all(this.#slots.map((slot) => slot.close()));
  }

  #running(): readonly LaneSlot[] {
    if (this.#state !== "running") throw new ProcessesClosedError();
    return this.#slots;
  }

  #route(letter: Letter): SendAnswer {
    const slot = this.#numbers.slotOf(parsePid(letter.to)?.number ?? -1);
    return (slot === undefined ? undefined : this.#slots[slot]?.deliver(letter)) ?? "unknown";
  }

  #tellPeers(lost: number): void {
    for (const each of this.#slots) if (each.slot !== lost) each.peerLost(lost);
  }

  #look(): void {
    this.#watch = this.#clock.after(this.#hangLimitMs / looksUntilHang, () => {
      for (const slot of this.#slots) slot.check(this.#hangLimitMs);
      if (this.#state === "running") this.#look();
    });
  }

  #tell(event: ProcessEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

function leastLoaded(slots: readonly LaneSlot[]): LaneSlot | undefined {
  return slots
    .filter(({ load }) => load !== undefined)
    .reduce<LaneSlot | undefined>(
      (least, slot) => (least === undefined || (slot.load ?? 0) < (least.load ?? 0) ? slot : least),
      undefined,
    );
}
