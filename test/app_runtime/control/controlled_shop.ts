import {
  type DeadLetter,
  type DeadLetterReason,
  DeadLetterUnknownError,
} from "../../../src/app_runtime/contracts/dead_letter.ts";
import type { PeersView } from "../../../src/app_runtime/contracts/peers.ts";
import type { Task, TaskId } from "../../../src/app_runtime/contracts/task.ts";
import type { QueueStats } from "../../../src/app_runtime/contracts/task_queue.ts";
import type { SourceStatus } from "../../../src/app_runtime/contracts/task_source.ts";
import {
  type ConfigReload,
  type ControlledConfig,
  type ControlledPool,
  type ControlledQueue,
  type ControlledSource,
  ControlPlaneService,
  type ControlTargets,
  type DeadLetterBox,
  PauseBook,
  type PauseStore,
  type PoolView,
  type QueueView,
  type RuntimeView,
  type SourceView,
} from "../../../src/app_runtime/control/api.ts";
import type { RuntimePhase } from "../../../src/app_runtime/health/api.ts";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";
import { RecordedEvents } from "../health/recorded_events.ts";

/** A runtime in miniature behind the ports of the control plane: one inbox, one queue, one pool. */
class ControlledShop implements ControlTargets, ControlledConfig {
  phase: RuntimePhase = "running";
  nextReload: ConfigReload = { kind: "unchanged", version: "v1" };
  peersView: PeersView | undefined;
  readonly inbox = new Inbox();
  readonly orders = new Orders();
  readonly pool = new Pool();

  runtime(): RuntimeView {
    return {
      name: "shop",
      phase: this.phase,
      startedAt: Date.UTC(2026, 0, 1),
      configVersion: "v1",
      components: [{ name: "journal", state: "started" }],
    };
  }

  sources(): ReadonlyMap<string, ControlledSource> {
    return new Map([["inbox", this.inbox]]);
  }

  queues(): ReadonlyMap<string, ControlledQueue> {
    return new Map([["orders", this.orders]]);
  }

  peers(): PeersView | undefined {
    return this.peersView;
  }

  pools(): ReadonlyMap<string, ControlledPool> {
    return new Map([["orders", this.pool]]);
  }

  view() {
    return {
      version: "v1",
      appliedAt: Date.UTC(2026, 0, 1),
      entries: [{ path: "sources.inbox.password", value: "***", origin: "environment IMAP_PASSWORD" }],
    };
  }

  reload(): Promise<ConfigReload> {
    return Promise.resolve(this.nextReload);
  }
}

class Switch {
  paused = false;

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }
}

class Inbox extends Switch implements ControlledSource {
  triggered = 0;
  stopping = false;
  facts: SourceStatus["facts"] = { folder: "INBOX" };

  trigger(): void {
    this.triggered += 1;
  }

  view(): SourceView {
    const state = this.stopping ? "stopping" : this.paused ? "paused" : "running";
    return {
      name: "inbox",
      adapter: "imap",
      queue: "orders",
      status: { state, backlog: 3, inFlight: 2, published: 40, settled: 38, facts: this.facts },
    };
  }
}

class Orders extends Switch implements ControlledQueue {
  readonly deadLetters = new Letters();

  view(): QueueView {
    const followUps = { state: "running", waiting: 7, moreWait: true, published: 9 } as const;
    return { name: "orders", adapter: "memory", stats: this.#stats(), followUps };
  }

  #stats(): QueueStats {
    return {
      waiting: 4,
      delayed: 1,
      leased: 2,
      dead: this.deadLetters.letters.length,
      capacity: 1_000,
      paused: this.paused,
      oldestWaitingMs: 1_500,
      published: 40,
      duplicates: 5,
      acked: 33,
      retried: 6,
    };
  }
}

class Pool extends Switch implements ControlledPool {
  view(): PoolView {
    return {
      name: "orders",
      queue: "orders",
      handler: "process_order_mail",
      concurrency: 2,
      state: this.paused ? "paused" : "running",
      workers: [
        { name: "orders#1", state: { kind: "busy", taskId: "mail-7" as TaskId, since: 0 } },
        { name: "orders#2", state: { kind: "idle" } },
      ],
    };
  }
}

/** Dead letters in memory, newest first. */
class Letters implements DeadLetterBox {
  letters: readonly DeadLetter[] = [];
  readonly retried: TaskId[] = [];
  /** Ids whose retry fails. */
  readonly stuck = new Set<string>();

  list({ offset, limit }: { readonly offset: number; readonly limit: number }): Promise<readonly DeadLetter[]> {
    return Promise.resolve(this.letters.slice(offset, offset + limit));
  }

  async find(id: TaskId): Promise<DeadLetter> {
    const letter = this.letters.find((kept) => kept.task.id === id);
    if (letter === undefined) throw new DeadLetterUnknownError("orders", id);
    return await Promise.resolve(letter);
  }

  async retry(id: TaskId): Promise<void> {
    if (this.stuck.has(id)) throw new Error("the disk is full");
    await this.discard(id);
    this.retried.push(id);
  }

  async discard(id: TaskId): Promise<void> {
    await this.find(id);
    this.letters = this.letters.filter((letter) => letter.task.id !== id);
  }
}

/** Pauses in memory; `broken` makes the next saves fail. */
export class MemoryPauseStore implements PauseStore {
  kept: Awaited<ReturnType<PauseStore["load"]>> = [];
  broken = false;

  load(): ReturnType<PauseStore["load"]> {
    return Promise.resolve(this.kept);
  }

  save(pauses: Awaited<ReturnType<PauseStore["load"]>>): Promise<void> {
    if (this.broken) return Promise.reject(new Error("the disk is full"));
    this.kept = pauses;
    return Promise.resolve();
  }
}

export function openControl(parts: { readonly store?: PauseStore } = {}) {
  const clock = new ManualClock();
  const events = new RecordedEvents();
  const shop = new ControlledShop();
  const store = parts.store ?? new MemoryPauseStore();
  const pauses = new PauseBook({ store, clock });
  const control = new ControlPlaneService({ targets: shop, config: shop, pauses, events });
  return { clock, events, shop, store, pauses, control };
}

export function letter(
  id: string,
  traits: { reason?: DeadLetterReason; source?: string; diedAt?: number } = {},
): DeadLetter {
  const task: Task = {
    id: id as TaskId,
    kind: "mail.received",
    schemaVersion: 1,
    payload: { subject: "12 chairs" },
    priority: 0,
    source: traits.source ?? "inbox",
    carrier: {},
    configVersion: "v1",
  };
  return {
    task,
    reason: traits.reason ?? "exhausted",
    detail: "no such article",
    attempts: 5,
    diedAt: traits.diedAt ?? 0,
  };
}
