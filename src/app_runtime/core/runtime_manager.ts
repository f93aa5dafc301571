import { type Clock, SystemClock } from "../base/clock.ts";
import { messageOf } from "../base/runtime_error.ts";
import type { ConfigSnapshot, ConfigSubscriber, ReloadOutcome } from "../config/api.ts";
import type { Component } from "../contracts/component.ts";
import type { ShutdownReport } from "../contracts/runtime_event.ts";
import type { ControlPlaneService } from "../control/api.ts";
import type { HealthRegistry } from "../health/api.ts";
import { type Assembly, assemble, platformOf } from "./assemble.ts";
import { atMost } from "./at_most.ts";
import { ComponentLifecycle } from "./component_lifecycle.ts";
import { type DrainCounts, drainPipeline } from "./drain_pipeline.ts";
import type { Pipeline } from "./pipeline.ts";
import { RuntimeEventChannel } from "./runtime_event_channel.ts";
import type { RuntimeParts } from "./runtime_parts.ts";
import { next, type RuntimeMove, type RuntimeState, RuntimeStateError } from "./runtime_state.ts";

/**
 * The platform's facade: boots an application, keeps it running, applies new configurations, and brings it to rest.
 * Source: seed 003, "RuntimeManager"; the phases are those of seed 000.
 */
export class RuntimeManager {
  readonly events: RuntimeEventChannel;
  readonly #parts: RuntimeParts;
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #hurry = new AbortController();
  #state: RuntimeState = { kind: "created" };
  #assembly: Assembly | undefined;
  #lifecycle: ComponentLifecycle | undefined;
  #starting: Promise<void> | undefined;
  #stopping: Promise<ShutdownReport> | undefined;
  #drained = false;

  constructor(parts: RuntimeParts) {
    this.#parts = parts;
    this.#clock = parts.clock ?? new SystemClock();
    this.#startedAt = this.#clock.wallNow();
    this.events = new RuntimeEventChannel(this.#clock);
    for (const reader of parts.readers ?? []) this.events.subscribe(reader);
  }

  get state(): RuntimeState {
    return this.#state;
  }

  /** Actions and views. @throws {Error} before the configuration is loaded. */
  get control(): ControlPlaneService {
    return assembled(this.#assembly).control;
  }

  get health(): HealthRegistry {
    return assembled(this.#assembly).health;
  }

  get snapshot(): ConfigSnapshot {
    return assembled(this.#assembly).configuration.current;
  }

  /**
   * Boots. What fails is rolled back before it rejects: {ConfigInvalidError} with every problem at once, {BootFailedError},
   * {NeedsError}, or what a module's wiring did wrong.
   */
  async start(): Promise<void> {
    this.#move({ kind: "boot" });
    this.#starting = this.#boot();
    await this.#starting;
  }

  /** Brings everything to rest within the shutdown deadline, after the boot. Asking again gives the same report. */
  stop(reason: string): Promise<ShutdownReport> {
    if (this.#starting === undefined)
      return Promise.reject(new RuntimeStateError(this.#state, { kind: "stop", reason }));
    this.#stopping ??= this.#shutDown(reason);
    return this.#stopping;
  }

  /** In a hurry: whatever is under way is requeued at once. */
  stopNow(reason: string): Promise<ShutdownReport> {
    this.#hurry.abort();
    return this.stop(reason);
  }

  /** Reads all configuration layers again and applies them, or keeps the old configuration and says why. */
  async reload(trigger: string): Promise<ReloadOutcome> {
    return await assembled(this.#assembly).configuration.reload(trigger);
  }

  async #boot(): Promise<void> {
    try {
      this.#assembly = await this.#assemble();
      const { components } = this.#assembly;
      const pipeline = this.#pipelineComponent(this.#assembly);
      this.#lifecycle = new ComponentLifecycle([...components, pipeline], { clock: this.#clock, events: this.events });
      await this.#lifecycle.load();
      await this.#lifecycle.start();
      this.#move({ kind: "booted" });
    } catch (error) {
      await this.#rollBack();
      this.#move({ kind: "failed", error: messageOf(error) });
      throw error;
    }
  }

  #assemble(): Promise<Assembly> {
    return assemble({
      parts: this.#parts,
      clock: this.#clock,
      events: this.events,
      random: this.#parts.random ?? Math.random,
      phase: () => this.#state.kind,
      components: () => this.#lifecycle?.states() ?? [],
      startedAt: this.#startedAt,
    });
  }

  /** The units start when everything else runs, and are the first to stop. */
  #pipelineComponent({ pipeline, pauses, configuration, components }: Assembly): Component {
    return {
      name: "pipeline",
      needs: components.map((component) => component.name),
      load: () => pauses.open(),
      start: async () => {
        // Before the start: a reload that comes meanwhile is followed after it.
        configuration.subscribe(followConfiguration(pipeline));
        await pipeline.start(configuration.current);
        if (platformOf(configuration.current).watchConfig) configuration.watch();
      },
      stop: async () => {
        if (!this.#drained) await this.#drain(0);
        await pipeline.close();
      },
    };
  }

  async #shutDown(reason: string): Promise<ShutdownReport> {
    await this.#starting; // half a boot cannot be stopped in order; one that fails has stopped by itself
    this.#move({ kind: "stop", reason });
    const startedAt = this.#clock.now();
    const deadlineMs = platformOf(this.snapshot).shutdown.deadline;
    const closed = assembled(this.#assembly).configuration.close(); // waits for a reload, which may wait for what we drain
    const counts = await this.#drain(deadlineMs);
    await atMost(lastMomentMs, closed, this.#clock, this.#hurry.signal);
    const deadlineAt = this.#hurry.signal.aborted ? this.#clock.now() : startedAt + deadlineMs;
    const components = (await this.#lifecycle?.stop(deadlineAt)) ?? [];
    const tookMs = this.#clock.now() - startedAt;
    const report: ShutdownReport = { reason, tookMs, deadlineMs, ...counts, components };
    this.events.emit({ kind: "shutdown.reported", unit: "runtime", report });
    this.#move({ kind: "ended" });
    return report;
  }

  async #drain(deadlineMs: number): Promise<DrainCounts> {
    this.#drained = true;
    const { pipeline } = assembled(this.#assembly);
    const { signal: hurry } = this.#hurry;
    return await drainPipeline({ pipeline, clock: this.#clock, events: this.events, deadlineMs, hurry });
  }

  /** A failed start leaves nothing running. */
  async #rollBack(): Promise<void> {
    await this.#assembly?.configuration.close();
    await this.#lifecycle?.stop(this.#clock.now() + rollbackMs);
  }

  #move(move: RuntimeMove): void {
    const from = this.#state.kind;
    this.#state = next(this.#state, move);
    this.events.emit({ kind: "runtime.state_changed", unit: "runtime", from, to: this.#state.kind });
  }
}

const rollbackMs = 5_000;
const lastMomentMs = 100;

/** The pipeline may object to a new configuration, and follows the one that is in force. */
function followConfiguration(pipeline: Pipeline): ConfigSubscriber {
  return {
    name: "pipeline",
    prepare: async (upcoming, difference) => {
      const reason = pipeline.objection(upcoming, difference);
      return reason === undefined ? { kind: "ready" } : { kind: "veto", reason };
    },
    changed: (current, difference) => pipeline.apply(current, difference),
  };
}

function assembled(assembly: Assembly | undefined): Assembly {
  if (assembly === undefined) throw new Error("The runtime has not loaded its configuration yet: await start() first.");
  return assembly;
}
