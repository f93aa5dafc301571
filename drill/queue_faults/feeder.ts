import { setTimeout as delay } from "node:timers/promises";
import { type JsonValue, type SourceParts, sourceKind } from "../../src/app_runtime/index.ts";
import type { TaskLedger } from "./task_ledger.ts";

const againMs = 200;

/** A source that numbers tasks and notes which were accepted; one that was refused is offered again, until it is taken. */
export function feederKind(ledger: TaskLedger) {
  return sourceKind({
    kind: "feeder",
    schema: {
      tasks: { doc: "How many it makes.", format: "count", default: 100 },
      every: { doc: "Pause between two.", format: "duration", default: "10ms" },
      prefix: { doc: "Of their ids.", format: "nonempty", default: "t" },
      keys: { doc: "Over how many order keys they are spread; 0: none has one.", format: "count", default: 0 },
      twice: { doc: "Each is published twice.", format: "boolean", default: false },
      behave: { doc: "What the handler does with them.", format: "nonempty", default: "work" },
    },
    journaled: false,
    create: async (config, parts) => new Feeder(config, parts, ledger),
  });
}

interface FeederConfig {
  readonly tasks: number;
  readonly every: number;
  readonly prefix: string;
  readonly keys: number;
  readonly twice: boolean;
  readonly behave: string;
}

class Feeder {
  readonly name: string;
  readonly #config: FeederConfig;
  readonly #parts: SourceParts;
  readonly #ledger: TaskLedger;
  readonly #stop = new AbortController();
  #feeding = Promise.resolve();
  #published = 0;
  #lastError: string | undefined;

  constructor(config: FeederConfig, parts: SourceParts, ledger: TaskLedger) {
    this.name = parts.name;
    this.#config = config;
    this.#parts = parts;
    this.#ledger = ledger;
  }

  async start(): Promise<void> {
    this.#feeding = this.#feed().catch(() => undefined); // it was told to stop
  }

  async quiesce(): Promise<void> {
    this.#stop.abort();
    await this.#feeding;
  }

  async stop(): Promise<void> {
    await this.quiesce();
  }

  pause(): void {}
  resume(): void {}
  trigger(): void {}

  health() {
    return this.#lastError === undefined
      ? ({ state: "pass" } as const)
      : ({ state: "fail", output: this.#lastError } as const);
  }

  status() {
    const lastError = this.#lastError;
    const counts = {
      backlog: this.#config.tasks - this.#published,
      inFlight: 0,
      published: this.#published,
      settled: 0,
    };
    return { state: "running" as const, ...counts, facts: {}, ...(lastError !== undefined && { lastError }) };
  }

  async #feed(): Promise<void> {
    const { tasks, every, twice } = this.#config;
    const { signal } = this.#stop;
    for (let n = 0; n < tasks; n += 1) {
      for (let time = 0; time < (twice ? 2 : 1); time += 1) await this.#offer(n, signal);
      this.#published += 1;
      await delay(every, undefined, { signal });
    }
  }

  async #offer(n: number, signal: AbortSignal): Promise<void> {
    const { publisher } = this.#parts;
    const { prefix, keys, behave } = this.#config;
    const payload: JsonValue = { n, behave };
    const key = keys === 0 ? {} : { orderKey: `${prefix}-key-${n % keys}` };
    const task = publisher.prepare({
      id: `${prefix}-${String(n).padStart(6, "0")}`,
      kind: "numbered",
      payload,
      ...key,
    });
    for (;;) {
      try {
        const duplicate = (await publisher.publish(task, { signal })) === "duplicate";
        this.#lastError = undefined;
        return this.#ledger.note(task.id, { what: "accepted", duplicate, ...key });
      } catch (error) {
        signal.throwIfAborted();
        this.#lastError = String(error);
        await delay(againMs, undefined, { signal });
      }
    }
  }
}
