import { type SourceParts, sourceKind, type TaskSource } from "../src/app_runtime/index.ts";

interface PumpConfig {
  readonly tasks: number;
  readonly lanes: number;
  readonly takesMs: number;
}

/** A source that makes tasks as fast as its queue takes them, each of which says how long its handler shall take. */
export const pumpKind = sourceKind({
  kind: "pump",
  schema: {
    tasks: { doc: "How many it makes; 0: as many as there is time for.", format: "count", default: 0 },
    lanes: { doc: "Publishers that wait for their answer before they publish again.", format: "count", default: 100 },
    takesMs: { doc: "How long the handler takes.", format: "count", default: 0 },
  },
  journaled: false,
  create: async (config, parts) => new PumpSource(config, parts),
});

const text = "x".repeat(80);

class PumpSource implements TaskSource {
  readonly name: string;
  readonly #config: PumpConfig;
  readonly #parts: SourceParts;
  readonly #stop = new AbortController();
  #pumping: Promise<unknown> = Promise.resolve();
  #paused: PromiseWithResolvers<void> | undefined;
  #begun = 0;
  #published = 0;

  constructor(config: PumpConfig, parts: SourceParts) {
    this.name = parts.name;
    this.#config = config;
    this.#parts = parts;
  }

  async start(): Promise<void> {
    this.#pumping = Promise.all(Array.from({ length: this.#config.lanes }, () => this.#pump()));
    this.#pumping.catch(() => undefined); // whoever stops it hears of it
  }

  async quiesce(): Promise<void> {
    this.#stop.abort();
    this.resume();
    await this.#pumping;
  }

  async stop(): Promise<void> {
    await this.quiesce();
  }

  pause(): void {
    this.#paused ??= Promise.withResolvers();
  }

  resume(): void {
    this.#paused?.resolve();
    this.#paused = undefined;
  }

  trigger(): void {}

  health() {
    return { state: "pass" } as const;
  }

  status() {
    const state = this.#paused === undefined ? "running" : "paused";
    return { state, backlog: 0, inFlight: 0, published: this.#published, settled: 0, facts: {} } as const;
  }

  async #pump(): Promise<void> {
    const { publisher } = this.#parts;
    const { tasks, takesMs } = this.#config;
    const { signal } = this.#stop;
    while (!signal.aborted && (tasks === 0 || this.#begun < tasks)) {
      if (this.#paused !== undefined) {
        await this.#paused.promise;
        continue;
      }
      const n = this.#begun++;
      const payload = { n, takesMs, text };
      const task = publisher.prepare({ id: `task-${n}`, kind: "bench", payload });
      try {
        await publisher.publish(task, { signal });
        this.#published += 1;
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    }
  }
}
