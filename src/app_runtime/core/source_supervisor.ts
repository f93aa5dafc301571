import type { Clock } from "../base/clock.ts";
import { keepRunning } from "../base/keep_running.ts";
import type { RestartPolicy } from "../base/restart_policy.ts";
import { messageOf } from "../base/runtime_error.ts";
import { within } from "../base/within.ts";
import type { HealthContributor } from "../contracts/health_contributor.ts";
import type { EventChannel } from "../contracts/runtime_event.ts";
import type { SourceStatus, TaskSource } from "../contracts/task_source.ts";

export interface SourceDefinition {
  readonly name: string;
  readonly adapter: string;
  readonly queue: string;
  readonly required: boolean;
  readonly make: () => Promise<TaskSource>;
}

/** Why a source does not take in new work: somebody said so, or what its tasks need is down, as that pool has found. */
export type SourcePauseReason = "operator" | `outage of ${string}`;

interface Slot {
  readonly definition: SourceDefinition;
  readonly pauses: Set<SourcePauseReason>;
  readonly stop: AbortController;
  source: TaskSource | undefined;
  failure: string | undefined;
  ended: Promise<unknown>;
}

/** A start that takes longer has failed: an outside that is down is no reason to wait. */
const startLimitMs = 60_000;

/** Starts, pauses, restarts and stops sources. An outside that is down is the adapter's own business and no failure. */
export class SourceSupervisor {
  readonly #clock: Clock;
  readonly #events: EventChannel;
  readonly #random: () => number;
  readonly #restart: RestartPolicy;
  readonly #slots = new Map<string, Slot>();
  /** The runtime stops: nobody is resumed any more. */
  #quiesced = false;

  constructor(parts: {
    readonly clock: Clock;
    readonly events: EventChannel;
    readonly random: () => number;
    readonly restart: RestartPolicy;
  }) {
    this.#clock = parts.clock;
    this.#events = parts.events;
    this.#random = parts.random;
    this.#restart = parts.restart;
  }

  get names(): readonly string[] {
    return [...this.#slots.keys()];
  }

  /** Resolves when the first attempt has ended, well or not; supervision goes on. */
  async start(definition: SourceDefinition, pauses: readonly SourcePauseReason[]): Promise<void> {
    const firstTry = Promise.withResolvers<void>();
    const slot: Slot = {
      definition,
      pauses: new Set(pauses),
      stop: new AbortController(),
      source: undefined,
      failure: undefined,
      ended: Promise.resolve(),
    };
    this.#slots.set(definition.name, slot);
    slot.ended = this.#supervise(slot, firstTry.resolve);
    await firstTry.promise;
  }

  /** Ends its life and begins another: what it offers when it starts is offered again. */
  async restart(name: string, signal: AbortSignal): Promise<void> {
    const slot = this.#slots.get(name);
    if (slot === undefined || this.#quiesced) return;
    await this.#stopOne(name, signal);
    if (!this.#quiesced) await this.start(slot.definition, [...slot.pauses]);
  }

  statusOf(name: string): SourceStatus {
    const slot = this.#slots.get(name);
    return slot?.source?.status() ?? notRunning(slot?.failure);
  }

  failureOf(name: string): string | undefined {
    return this.#slots.get(name)?.failure;
  }

  pause(name: string, reason: SourcePauseReason): void {
    const slot = this.#slots.get(name);
    if (slot === undefined) return;
    slot.pauses.add(reason);
    slot.source?.pause();
  }

  resume(name: string, reason: SourcePauseReason): void {
    const slot = this.#slots.get(name);
    if (slot?.pauses.delete(reason) !== true || slot.pauses.size > 0 || this.#quiesced) return;
    slot.source?.resume();
  }

  trigger(name: string): void {
    this.#slots.get(name)?.source?.trigger();
  }

  /** The sources that feed `queue`. */
  feeding(queue: string): readonly string[] {
    return [...this.#slots.values()].flatMap(({ definition }) => (definition.queue === queue ? [definition.name] : []));
  }

  /** None takes in new work any more; settling goes on. */
  async quiesce(): Promise<void> {
    this.#quiesced = true;
    const slots = [...this.#slots.values()];
    // One that is starting, or waits for its next try, would come up in the middle of the drain.
    for (const slot of slots) if (slot.source === undefined) slot.stop.abort();
    await Promise.allSettled(slots.map((slot) => slot.source?.quiesce()));
  }

  /** What a source throws while it stops is said, and keeps nobody from stopping. */
  async stop(names: readonly string[], signal: AbortSignal): Promise<void> {
    await Promise.all(names.map((name) => this.#stopOne(name, signal)));
  }

  health(name: string): HealthContributor | undefined {
    const slot = this.#slots.get(name);
    if (slot === undefined) return undefined;
    return {
      name: `source:${name}`,
      required: slot.definition.required,
      check: () => {
        const { failure, source, pauses } = this.#slots.get(name) ?? slot;
        if (failure !== undefined) return { state: "fail", output: `It was given up: ${failure}` };
        const finding = source?.health() ?? { state: "fail", output: "It has not started yet." };
        return pauses.has("operator") && finding.state === "pass" ? { ...finding, ...pausedByOperator } : finding;
      },
    };
  }

  async #supervise(slot: Slot, firstTried: () => void): Promise<void> {
    const unit = `source:${slot.definition.name}`;
    await keepRunning({
      clock: this.#clock,
      random: this.#random,
      policy: this.#restart,
      signal: slot.stop.signal,
      run: () => this.#live(slot, unit).finally(firstTried),
      onRestart: (failure, delayMs) => {
        this.#events.emit({ kind: "unit.restarting", unit, delayMs, error: messageOf(failure) });
      },
      onGiveUp: (failure, restarts) => {
        slot.failure = messageOf(failure);
        const { withinMs } = this.#restart;
        this.#events.emit({ kind: "unit.gave_up", unit, restarts, withinMs, error: slot.failure });
      },
    });
  }

  /** One start. A source that has started looks after itself until it is stopped. */
  async #live(slot: Slot, unit: string): Promise<void> {
    const startedAt = this.#clock.now();
    const source = await slot.definition.make();
    const startsPaused = slot.pauses.size > 0;
    if (startsPaused) source.pause();
    try {
      await within(this.#clock, startLimitMs, "Its start", source.start());
      slot.stop.signal.throwIfAborted();
    } catch (error) {
      await this.#end(slot.definition.name, source, AbortSignal.abort());
      throw error;
    }
    slot.source = source;
    this.#events.emit({ kind: "unit.started", unit, tookMs: this.#clock.now() - startedAt });
    if (slot.pauses.size > 0 && !startsPaused) source.pause();
    else if (slot.pauses.size === 0 && startsPaused) source.resume();
  }

  async #stopOne(name: string, signal: AbortSignal): Promise<void> {
    const slot = this.#slots.get(name);
    if (slot === undefined) return;
    const startedAt = this.#clock.now();
    slot.stop.abort();
    await slot.ended;
    if (slot.source !== undefined) await this.#end(name, slot.source, signal);
    this.#slots.delete(name);
    this.#events.emit({ kind: "unit.stopped", unit: `source:${name}`, tookMs: this.#clock.now() - startedAt });
  }

  async #end(name: string, source: TaskSource, signal: AbortSignal): Promise<void> {
    try {
      await source.stop(signal);
    } catch (error) {
      this.#events.emit({ kind: "unit.failed", unit: `source:${name}`, error: `It did not stop: ${messageOf(error)}` });
    }
  }
}

/** A pause outlives restarts; nobody should have to remember it. */
const pausedByOperator = {
  state: "warn",
  output: "Paused by an operator: it takes in nothing until it is resumed.",
} as const;

function notRunning(failure: string | undefined): SourceStatus {
  const status: SourceStatus = { state: "stopped", backlog: 0, inFlight: 0, published: 0, settled: 0, facts: {} };
  return failure === undefined ? status : { ...status, lastError: failure };
}
