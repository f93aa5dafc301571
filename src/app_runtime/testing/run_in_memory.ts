import { type ConfigSnapshot, layerOf, type ReloadOutcome } from "../config/api.ts";
import type { ConfigProvider } from "../contracts/config_provider.ts";
import type { RuntimeEvent, RuntimeEventKind, ShutdownReport } from "../contracts/runtime_event.ts";
import type { TaskDraft } from "../contracts/task.ts";
import type { PublishResult } from "../contracts/task_queue.ts";
import { RuntimeManager, type RuntimeParts } from "../core/api.ts";
import { HandFedSources } from "./hand_fed_sources.ts";
import { ManualClock, settlePromises } from "./manual_clock.ts";

/** What a composition root would give; the reading of files is the harness's. */
export interface InMemoryOptions extends Omit<RuntimeParts, "clock" | "config" | "readers"> {
  /** A clock the test already has, because other parts of it tell the time too. */
  readonly clock?: ManualClock;
  /** What the config files would say. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** An application that runs in this process, on a clock that the test moves. */
export interface InMemoryApplication {
  readonly runtime: RuntimeManager;
  readonly clock: ManualClock;
  /** Everything the runtime has said, from its first word on. */
  readonly events: readonly RuntimeEvent[];
  eventsOf<K extends RuntimeEventKind>(kind: K): readonly Extract<RuntimeEvent, { readonly kind: K }>[];
  /** Brings a task in through the source of that name, whose `adapter` must be "by_hand". @throws {HandFedSourceError} */
  feed(source: string, draft: TaskDraft): Promise<PublishResult>;
  /** Lets `ms` pass, with everything that happens meanwhile. */
  advance(ms: number): Promise<void>;
  /** The config files say this from now on; the runtime reads them again. */
  reconfigure(config: Readonly<Record<string, unknown>>): Promise<ReloadOutcome>;
  readonly snapshot: ConfigSnapshot;
  /** Stops in order, letting as much time pass as that takes. */
  stop(): Promise<ShutdownReport>;
}

/**
 * Boots an application for a test: real pipeline, no files, no waiting. Queues are what `kinds` offers, usually
 * `memoryQueueKind`; sources with `adapter: by_hand` are fed by the test.
 * @throws what RuntimeManager.start() throws.
 */
export async function runInMemory(options: InMemoryOptions): Promise<InMemoryApplication> {
  const { config = {}, clock = new ManualClock(), ...parts } = options;
  const events: RuntimeEvent[] = [];
  const sources = new HandFedSources();
  const files = new ConfigByHand(config);
  const runtime = new RuntimeManager({
    pauses: { load: async () => [], save: async () => {} },
    random: () => 0.5,
    ...parts,
    kinds: [...parts.kinds, sources.kind],
    config: { providers: [files] },
    readers: [(event) => void events.push(event)],
    clock,
  });
  await runtime.start();
  await settlePromises();
  return {
    runtime,
    clock,
    events,
    eventsOf: <K extends RuntimeEventKind>(kind: K) =>
      events.filter((event): event is Extract<RuntimeEvent, { readonly kind: K }> => event.kind === kind),
    feed: async (source, draft) => {
      const result = await sources.feed(source, draft);
      await settlePromises();
      return result;
    },
    advance: (ms) => clock.advance(ms),
    reconfigure: (changed) => {
      files.values = changed;
      return passing(clock, runtime.reload("test"));
    },
    get snapshot() {
      return runtime.snapshot;
    },
    stop: () => passing(clock, runtime.stop("the test is over")),
  };
}

/** Lets time pass until the work has come to its end. */
async function passing<T>(clock: ManualClock, work: Promise<T>): Promise<T> {
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  work.then(over, over);
  await settlePromises();
  for (let step = 0; !isOver && step < mostSteps; step += 1) await clock.advance(stepMs);
  return await work;
}

const stepMs = 50;
const mostSteps = 20_000;

class ConfigByHand implements ConfigProvider {
  readonly name = "test config";
  values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.values = values;
  }

  async load() {
    return layerOf(this.values, { layer: this.name, source: this.name });
  }

  watch(): Disposable {
    return { [Symbol.dispose]: () => {} };
  }
}
