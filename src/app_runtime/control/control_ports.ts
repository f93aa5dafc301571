import type { DeadLetter } from "../contracts/dead_letter.ts";
import type { PeersView } from "../contracts/peers.ts";
import type { JsonValue, TaskId } from "../contracts/task.ts";
import type { QueueStats } from "../contracts/task_queue.ts";
import type { SourceStatus } from "../contracts/task_source.ts";
import type { WorkerState } from "../contracts/worker.ts";
import type { RuntimePhase } from "../health/api.ts";

/** What the control plane needs of the runtime: its units by name, and what it is. Asked anew each time: a reload changes it. */
export interface ControlTargets {
  runtime(): RuntimeView;
  sources(): ReadonlyMap<string, ControlledSource>;
  queues(): ReadonlyMap<string, ControlledQueue>;
  pools(): ReadonlyMap<string, ControlledPool>;
  /** Undefined while this runtime belongs to no others. */
  peers(): PeersView | undefined;
}

/** Pausing is remembered and announced by the control plane; a target only does it, and doing it twice is doing it once. */
export interface Pausable {
  pause(): void | Promise<void>;
  resume(): void | Promise<void>;
}

export interface ControlledSource extends Pausable {
  view(): SourceView;
  /** Looks outside now instead of at the next tick. */
  trigger(): void;
}

export interface ControlledQueue extends Pausable {
  view(): QueueView;
  readonly deadLetters: DeadLetterBox;
}

export interface ControlledPool extends Pausable {
  view(): PoolView;
}

/** The dead letters of one queue. */
export interface DeadLetterBox {
  /** Newest first. */
  list(options: { readonly offset: number; readonly limit: number }): Promise<readonly DeadLetter[]>;
  /** @throws {DeadLetterUnknownError} */
  find(id: TaskId): Promise<DeadLetter>;
  /** @throws {DeadLetterUnknownError} */
  retry(id: TaskId): Promise<void>;
  /** @throws {DeadLetterUnknownError} */
  discard(id: TaskId): Promise<void>;
}

export interface ControlledConfig {
  view(): ConfigView;
  /** Reads all layers again and applies them, or keeps the old configuration and says why. */
  reload(): Promise<ConfigReload>;
}

export interface RuntimeView {
  /** `platform.name`. */
  readonly name: string;
  readonly phase: RuntimePhase;
  /** When the boot began, in milliseconds since 1970 UTC. */
  readonly startedAt: number;
  readonly configVersion: string;
  readonly components: readonly { readonly name: string; readonly state: string }[];
}

export interface SourceView {
  readonly name: string;
  readonly adapter: string;
  readonly queue: string;
  readonly status: SourceStatus;
  /** Why it was given up; absent while it is supervised. */
  readonly failure?: string;
}

export interface QueueView {
  readonly name: string;
  readonly adapter: string;
  readonly stats: QueueStats;
  /** Absent where nothing brings follow-up tasks into it. */
  readonly followUps?: FollowUpsView;
}

/** The follow-up tasks of handlers on their way into one queue. */
export interface FollowUpsView {
  readonly state: SourceStatus["state"];
  /** Committed and not in the queue yet, as far as this runtime has looked. */
  readonly waiting: number;
  /** Others wait behind them in the journal. */
  readonly moreWait: boolean;
  /** Since the start. */
  readonly published: number;
  readonly lastError?: string;
}

export interface PoolView {
  readonly name: string;
  readonly queue: string;
  readonly handler: string;
  readonly concurrency: number;
  /** `outage`: its sources are paused while it probes what its handler needs. */
  readonly state: "starting" | "running" | "paused" | "outage" | "stopping" | "stopped" | "failed";
  readonly workers: readonly { readonly name: string; readonly state: WorkerState }[];
  /** Why it was given up; absent while it is supervised. */
  readonly failure?: string;
}

export interface ConfigView {
  readonly version: string;
  /** Milliseconds since 1970 UTC. */
  readonly appliedAt: number;
  /** In the order of their paths. */
  readonly entries: readonly ConfigEntry[];
}

export interface ConfigEntry {
  /** "sources.inbox.host". */
  readonly path: string;
  /** As a person would write it; a secret is masked before it gets here. */
  readonly value: JsonValue;
  /** "application file config/app.yaml:12", "default". */
  readonly origin: string;
}

export type ConfigReload =
  | {
      readonly kind: "applied";
      readonly version: string;
      readonly changes: readonly string[];
      /** Those among the changes that take effect only after a restart. */
      readonly restart: readonly string[];
    }
  | { readonly kind: "unchanged"; readonly version: string }
  | { readonly kind: "rejected"; readonly version: string; readonly problems: readonly string[] };
