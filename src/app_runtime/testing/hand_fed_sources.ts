import { RuntimeError } from "../base/runtime_error.ts";
import type { TaskDraft } from "../contracts/task.ts";
import type { PublishResult } from "../contracts/task_queue.ts";
import type { TaskSource } from "../contracts/task_source.ts";
import { type SourceKind, type SourceParts, sourceKind } from "../contracts/unit_kind.ts";

/** Nobody can be fed under this name: there is no such source, or it takes in nothing now. */
export class HandFedSourceError extends RuntimeError {
  readonly code = "TEST_SOURCE";
}

/** Sources of a test: what they bring in is what the test says. Their `adapter` is "by_hand". */
export class HandFedSources {
  readonly #sources = new Map<string, HandFedSource>();

  readonly kind: SourceKind = sourceKind({
    kind: "by_hand",
    schema: {},
    journaled: false,
    create: async (_config, parts) => {
      const source = new HandFedSource(parts);
      this.#sources.set(parts.name, source);
      return source;
    },
  });

  /** Publishes as this source would. @throws {HandFedSourceError} when it is not there, or not running. */
  async feed(name: string, draft: TaskDraft): Promise<PublishResult> {
    const source = this.#sources.get(name);
    if (source === undefined) {
      const known = [...this.#sources.keys()].join(", ") || "none";
      throw new HandFedSourceError(
        `No source "${name}" with \`adapter: by_hand\` has been started. Started: ${known}.`,
      );
    }
    return await source.feed(draft);
  }
}

class HandFedSource implements TaskSource {
  readonly name: string;
  readonly #publisher: SourceParts["publisher"];
  #state: "stopped" | "running" | "stopping" = "stopped";
  #paused = false;
  #published = 0;

  constructor({ name, publisher }: SourceParts) {
    this.name = name;
    this.#publisher = publisher;
  }

  async feed(draft: TaskDraft): Promise<PublishResult> {
    const { state } = this.status();
    if (state !== "running") throw new HandFedSourceError(`Source "${this.name}" is ${state}; it takes in nothing.`);
    const result = await this.#publisher.publish(this.#publisher.prepare(draft));
    this.#published += 1;
    return result;
  }

  async start(): Promise<void> {
    this.#state = "running";
  }

  async quiesce(): Promise<void> {
    this.#state = "stopping";
  }

  async stop(): Promise<void> {
    this.#state = "stopped";
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
  }

  trigger(): void {}

  status() {
    const state = this.#state === "running" && this.#paused ? ("paused" as const) : this.#state;
    return { state, backlog: 0, inFlight: 0, published: this.#published, settled: 0, facts: {} };
  }

  health() {
    return { state: "pass" as const };
  }
}
