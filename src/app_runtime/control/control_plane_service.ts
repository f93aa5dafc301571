import { RuntimeError } from "../base/runtime_error.ts";
import type { DeadLetter } from "../contracts/dead_letter.ts";
import type { PeersView } from "../contracts/peers.ts";
import type { EventChannel } from "../contracts/runtime_event.ts";
import type { TaskId } from "../contracts/task.ts";
import { AuditTrail } from "./audit_trail.ts";
import type {
  ConfigReload,
  ConfigView,
  ControlledConfig,
  ControlTargets,
  Pausable,
  PoolView,
  QueueView,
  RuntimeView,
  SourceView,
} from "./control_ports.ts";
import { type ControlledRole, type ControlledUnit, unitNamed } from "./controlled_unit.ts";
import { type BulkResult, type BulkSelection, DeadLetterActions, type DeadLetterPage } from "./dead_letter_actions.ts";
import type { PauseBook } from "./pause_book.ts";
import type { Pause } from "./pause_store.ts";

/** The whole state, for a person who asks how it stands. */
export interface ControlStatus {
  readonly runtime: RuntimeView;
  readonly sources: readonly SourceView[];
  readonly queues: readonly QueueView[];
  readonly pools: readonly PoolView[];
  readonly pauses: readonly Pause[];
  /** Absent while this runtime belongs to no others. */
  readonly peers?: PeersView;
}

/** `changed` is false when it was already so: asking twice is asking once. */
export interface PauseResult {
  readonly unit: ControlledUnit;
  readonly paused: boolean;
  readonly changed: boolean;
}

/**
 * What a person can see and do, without HTTP: the same for every way in. Every action names its actor and leaves a
 * `control.acted` record. Source: seed 003, "ControlPlaneService".
 */
export class ControlPlaneService {
  readonly #targets: ControlTargets;
  readonly #config: ControlledConfig;
  readonly #pauses: PauseBook;
  readonly #events: EventChannel;
  readonly #audit: AuditTrail;
  readonly #letters: DeadLetterActions;

  constructor(parts: {
    readonly targets: ControlTargets;
    readonly config: ControlledConfig;
    readonly pauses: PauseBook;
    readonly events: EventChannel;
  }) {
    this.#targets = parts.targets;
    this.#config = parts.config;
    this.#pauses = parts.pauses;
    this.#events = parts.events;
    this.#audit = new AuditTrail(parts.events);
    this.#letters = new DeadLetterActions({ targets: parts.targets, audit: this.#audit });
  }

  status(): ControlStatus {
    const peers = this.#targets.peers();
    return {
      runtime: this.#targets.runtime(),
      sources: this.sources(),
      queues: this.queues(),
      pools: this.pools(),
      pauses: this.#pauses.list(),
      ...(peers !== undefined && { peers }),
    };
  }

  sources(): readonly SourceView[] {
    return viewsOf(this.#targets.sources());
  }

  queues(): readonly QueueView[] {
    return viewsOf(this.#targets.queues());
  }

  pools(): readonly PoolView[] {
    return viewsOf(this.#targets.pools());
  }

  /** @throws {ControlUnitUnknownError} */
  source(name: string): SourceView {
    return unitNamed("source", name, this.#targets.sources()).view();
  }

  /** @throws {ControlUnitUnknownError} */
  queue(name: string): QueueView {
    return unitNamed("queue", name, this.#targets.queues()).view();
  }

  /** @throws {ControlUnitUnknownError} */
  pool(name: string): PoolView {
    return unitNamed("worker", name, this.#targets.pools()).view();
  }

  /** Stays paused over restarts. @throws {ControlUnitUnknownError}, {PauseFileError} */
  async pause(actor: string, role: ControlledRole, name: string): Promise<PauseResult> {
    const unit: ControlledUnit = `${role}:${name}`;
    return await this.#recordPause({ actor, action: `${role}.pause`, target: unit }, async () => {
      const target = this.#pausable(role, name);
      const changed = await this.#pauses.add(unit, actor, () => target.pause());
      if (changed) this.#events.emit({ kind: "unit.paused", unit, by: actor });
      return { unit, paused: true, changed };
    });
  }

  /** @throws {ControlUnitUnknownError}, {PauseFileError} */
  async resume(actor: string, role: ControlledRole, name: string): Promise<PauseResult> {
    const unit: ControlledUnit = `${role}:${name}`;
    return await this.#recordPause({ actor, action: `${role}.resume`, target: unit }, async () => {
      const target = this.#pausable(role, name);
      const changed = await this.#pauses.remove(unit, () => target.resume());
      if (changed) this.#events.emit({ kind: "unit.resumed", unit, by: actor });
      return { unit, paused: false, changed };
    });
  }

  /** @throws {ControlUnitUnknownError}, {ControlRefusedError} when the source is not taking in work. */
  async trigger(actor: string, name: string): Promise<void> {
    const action = { actor, action: "source.trigger", target: `source:${name}` };
    await this.#audit.record(
      action,
      () => this.#trigger(name),
      () => "triggered",
    );
  }

  /** @throws {ControlUnitUnknownError} */
  async deadLetters(queue: string, page: { readonly offset: number; readonly limit: number }): Promise<DeadLetterPage> {
    return await this.#letters.list(queue, page);
  }

  /** @throws {ControlUnitUnknownError}, {DeadLetterUnknownError} */
  async deadLetter(queue: string, id: TaskId): Promise<DeadLetter> {
    return await this.#letters.find(queue, id);
  }

  /** Back into its queue as attempt 1. @throws {ControlUnitUnknownError}, {DeadLetterUnknownError} */
  async retryDeadLetter(actor: string, queue: string, id: TaskId): Promise<void> {
    await this.#letters.one("retry", actor, queue, id);
  }

  /** @throws {ControlUnitUnknownError}, {DeadLetterUnknownError} */
  async discardDeadLetter(actor: string, queue: string, id: TaskId): Promise<void> {
    await this.#letters.one("discard", actor, queue, id);
  }

  /** Stops between two letters once `signal` aborts. @throws {ControlUnitUnknownError} */
  async retryDeadLetters(
    actor: string,
    queue: string,
    selection: BulkSelection,
    signal?: AbortSignal,
  ): Promise<BulkResult> {
    return await this.#letters.many("retry", actor, queue, selection, signal);
  }

  /** Stops between two letters once `signal` aborts. @throws {ControlUnitUnknownError} */
  async discardDeadLetters(
    actor: string,
    queue: string,
    selection: BulkSelection,
    signal?: AbortSignal,
  ): Promise<BulkResult> {
    return await this.#letters.many("discard", actor, queue, selection, signal);
  }

  /** Masked, with the origin of each value. */
  config(): ConfigView {
    return this.#config.view();
  }

  async reloadConfig(actor: string): Promise<ConfigReload> {
    const action = { actor, action: "config.reload", target: "runtime" };
    return await this.#audit.record(
      action,
      async () => await this.#config.reload(),
      (reload) => `${reload.kind}, version ${reload.version}`,
    );
  }

  #recordPause(
    action: { readonly actor: string; readonly action: string; readonly target: ControlledUnit },
    work: () => Promise<PauseResult>,
  ): Promise<PauseResult> {
    return this.#audit.record(action, work, (result) => (result.changed ? "done" : "unchanged"));
  }

  #pausable(role: ControlledRole, name: string): Pausable {
    switch (role) {
      case "source":
        return unitNamed(role, name, this.#targets.sources());
      case "queue":
        return unitNamed(role, name, this.#targets.queues());
      case "worker":
        return unitNamed(role, name, this.#targets.pools());
    }
  }

  #trigger(name: string): void {
    const source = unitNamed("source", name, this.#targets.sources());
    const { state } = source.view().status;
    if (state === "paused") throw new ControlRefusedError(`Source "${name}" is paused; resume it first.`);
    if (state === "stopped" || state === "stopping") {
      throw new ControlRefusedError(`Source "${name}" is ${state}; it takes in no work.`);
    }
    source.trigger();
  }
}

/** The unit is there, but what was asked makes no sense in its present state. */
export class ControlRefusedError extends RuntimeError {
  readonly code = "CONTROL_REFUSED";
  override readonly failureClass = "permanent";
}

function viewsOf<View>(units: ReadonlyMap<string, { view(): View }>): readonly View[] {
  return [...units.values()].map((unit) => unit.view());
}
