import { join } from "node:path";
import { type Clock, SystemClock } from "../base/clock.ts";
import { messageOf } from "../base/runtime_error.ts";
import {
  type ConfigDifference,
  type ConfigSnapshot,
  ConfigurationManager,
  type ReloadOutcome,
  renderOutcome,
} from "../config/api.ts";
import { ServiceContainer } from "../container/api.ts";
import type { Component } from "../contracts/component.ts";
import { platformTokens } from "../contracts/platform_tokens.ts";
import type { ShutdownReport } from "../contracts/runtime_event.ts";
import { ControlPlaneService, FilePauseStore, PauseBook } from "../control/api.ts";
import { EventLoopWatch, HealthRegistry } from "../health/api.ts";
import { TraceService } from "../tracing/api.ts";
import { ComponentLifecycle } from "./component_lifecycle.ts";
import { configChecks, configShapeOf } from "./config_shape.ts";
import { PipelineTargets } from "./control_targets.ts";
import { type DrainCounts, drainPipeline } from "./drain_pipeline.ts";
import { ModuleRegistrar } from "./module_registrar.ts";
import { Pipeline } from "./pipeline.ts";
import type { PlatformConfig } from "./platform_schema.ts";
import { configView, reloadView } from "./reload_view.ts";
import { RuntimeEventChannel } from "./runtime_event_channel.ts";
import type { Infrastructure, RuntimeParts } from "./runtime_parts.ts";
import { next, type RuntimeMove, type RuntimeState } from "./runtime_state.ts";
import { UnitFactory } from "./unit_factory.ts";

/**
 * The platform's facade: boots an application, keeps it running, applies new configurations, and brings it to rest.
 * Source: seed 003, "RuntimeManager"; the phases are those of seed 000.
 */
export class RuntimeManager {
  readonly #parts: RuntimeParts;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #hurry = new AbortController();
  readonly #startedAt: number;
  readonly events: RuntimeEventChannel;
  #state: RuntimeState = { kind: "created" };
  #configuration: ConfigurationManager | undefined;
  #control: ControlPlaneService | undefined;
  #health: HealthRegistry | undefined;
  #lifecycle: ComponentLifecycle | undefined;
  #pipeline: Pipeline | undefined;
  #stopping: Promise<ShutdownReport> | undefined;

  constructor(parts: RuntimeParts) {
    this.#parts = parts;
    this.#clock = parts.clock ?? new SystemClock();
    this.#random = parts.random ?? Math.random;
    this.#startedAt = this.#clock.wallNow();
    this.events = new RuntimeEventChannel(this.#clock);
    for (const reader of parts.readers ?? []) this.events.subscribe(reader);
  }

  get state(): RuntimeState {
    return this.#state;
  }

  /** Actions and views. @throws {Error} before the configuration is loaded. */
  get control(): ControlPlaneService {
    return loaded(this.#control);
  }

  get health(): HealthRegistry {
    return loaded(this.#health);
  }

  get snapshot(): ConfigSnapshot {
    return loaded(this.#configuration).current;
  }

  /**
   * Boots. What fails is rolled back before it rejects: {ConfigInvalidError} with every problem at once, {BootFailedError},
   * {NeedsError}, or what a module's wiring did wrong.
   */
  async start(): Promise<void> {
    this.#move({ kind: "boot" });
    try {
      const lifecycle = await this.#prepare();
      this.#lifecycle = lifecycle;
      await lifecycle.load();
      await lifecycle.start();
      this.#move({ kind: "booted" });
    } catch (error) {
      await this.#rollBack();
      this.#move({ kind: "failed", error: messageOf(error) });
      throw error;
    }
  }

  /** Brings everything to rest within the shutdown deadline. Asking again gives the same report. */
  stop(reason: string): Promise<ShutdownReport> {
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
    return await loaded(this.#configuration).reload(trigger);
  }

  // Phase 1, infrastructure: configuration, services, units. Nothing is opened yet.
  async #prepare(): Promise<ComponentLifecycle> {
    const container = new ServiceContainer();
    const registrar = new ModuleRegistrar(container);
    for (const module of this.#parts.modules) registrar.register(module);

    const configuration = this.#newConfiguration(registrar);
    this.#configuration = configuration;
    const snapshot = await configuration.load();
    const platform = snapshot.values.platform as unknown as PlatformConfig;
    this.events.emit({ kind: "config.applied", unit: "runtime", version: snapshot.version, changes: [] });
    for (const [section, { token }] of registrar.sections) container.bindValue(token, snapshot.get(section));

    const traces = new TraceService({ propagation: platform.propagation, configVersion: () => this.snapshot.version });
    const health = new HealthRegistry({ clock: this.#clock, events: this.events, phase: () => this.#state.kind });
    const pauses = new PauseBook({
      store: new FilePauseStore(join(platform.dataDir, "pauses.json")),
      clock: this.#clock,
    });
    const control = this.#newControl(pauses);
    this.#health = health;
    this.#control = control;

    const infrastructure: Infrastructure =
      (await this.#parts.infrastructure?.({
        clock: this.#clock,
        events: this.events,
        traces,
        health,
        control,
        platform,
        snapshot,
        section: (name) => (snapshot.values.platform as Record<string, unknown>)[name] as never,
        provide: (token, value) => container.bindValue(token, value),
      })) ?? {};
    container.bindValue(platformTokens.clock, this.#clock);
    container.bindValue(platformTokens.events, this.events);
    container.bindValue(platformTokens.traces, traces);
    if (infrastructure.journal !== undefined) container.bindValue(platformTokens.journal, infrastructure.journal);
    if (infrastructure.blobs !== undefined) container.bindValue(platformTokens.blobs, infrastructure.blobs);
    await container.seal();

    const factory = new UnitFactory({
      kinds: this.#parts.kinds,
      moduleHandlers: registrar.handlers,
      container,
      clock: this.#clock,
      events: this.events,
      traces,
      journal: infrastructure.journal,
      blobs: infrastructure.blobs,
      configVersion: () => this.snapshot.version,
    });
    const pipeline = new Pipeline({
      factory,
      clock: this.#clock,
      events: this.events,
      traces,
      journal: infrastructure.journal,
      health,
      pauses,
      random: this.#random,
      restart: platform.restart,
    });
    this.#pipeline = pipeline;

    const loopWatch = new EventLoopWatch({
      clock: this.#clock,
      events: this.events,
      tasksSince: (since) => pipeline.workers.tasksSince(since),
    });
    const made = [
      ...(infrastructure.components ?? []),
      ...registrar.components.map(({ module, recipe }) => container.make(`component of ${module}`, recipe)),
      health,
      loopWatch,
    ];
    const contributors = registrar.contributors.map(({ module, recipe }) =>
      container.make(`health contributor of ${module}`, recipe),
    );
    for (const contributor of [...contributors, ...(infrastructure.contributors ?? []), loopWatch]) {
      health.register(contributor);
    }
    const components = [...made, this.#pipelineComponent(pipeline, pauses, made)];
    return new ComponentLifecycle(components, { clock: this.#clock, events: this.events });
  }

  /** The units start when everything else runs, and are the first to stop. */
  #pipelineComponent(pipeline: Pipeline, pauses: PauseBook, others: readonly Component[]): Component {
    return {
      name: "pipeline",
      needs: others.map((component) => component.name),
      load: () => pauses.open(),
      start: async () => {
        await pipeline.start(this.snapshot);
        this.#configuration?.subscribe({
          name: "pipeline",
          prepare: async (upcoming, difference) => this.#judge(upcoming, difference),
          changed: (current, difference) => pipeline.apply(current, difference),
        });
        if (this.#platform().watchConfig) this.#configuration?.watch();
      },
      stop: async () => {
        if (this.#stopping === undefined) await this.#drain(0);
        await pipeline.close();
      },
    };
  }

  #judge(upcoming: ConfigSnapshot, difference: ConfigDifference) {
    const reason = this.#pipeline?.objection(upcoming, difference);
    return reason === undefined ? ({ kind: "ready" } as const) : ({ kind: "veto", reason } as const);
  }

  #newConfiguration(registrar: ModuleRegistrar): ConfigurationManager {
    const { kinds, config = {} } = this.#parts;
    return new ConfigurationManager({
      shape: configShapeOf(this.#parts, registrar),
      providers: config.providers ?? [],
      defaults: [{ source: "modules", values: registrar.units }],
      env: config.env ?? {},
      argv: config.argv ?? [],
      ...(config.secretsDir === undefined ? {} : { secretsDir: config.secretsDir }),
      checks: configChecks(kinds, new Set(registrar.handlers.keys())),
      clock: this.#clock,
      observer: {
        reloaded: (_trigger, outcome) => this.#tellReload(outcome),
        watchFailed: (provider, reason) => {
          const message = `Changes of the ${provider} are no longer noticed: ${reason.message}. Reload by SIGHUP.`;
          this.events.emit({
            kind: "unit.fact",
            unit: "runtime",
            code: "CONFIG_WATCH_FAILED",
            level: "warn",
            message,
            fields: {},
          });
        },
      },
    });
  }

  #newControl(pauses: PauseBook): ControlPlaneService {
    const targets = new PipelineTargets({
      pipeline: () => this.#pipeline,
      snapshot: () => this.snapshot,
      runtime: () => ({
        name: this.#platform().name,
        phase: this.#state.kind,
        startedAt: this.#startedAt,
        configVersion: this.snapshot.version,
        components: this.#lifecycle?.states() ?? [],
      }),
    });
    const config = {
      view: () => configView(loaded(this.#configuration)),
      reload: async () => reloadView(await this.reload("control plane")),
    };
    return new ControlPlaneService({ targets, config, pauses, events: this.events });
  }

  #platform(): PlatformConfig {
    return this.snapshot.values.platform as unknown as PlatformConfig;
  }

  #tellReload(outcome: ReloadOutcome): void {
    if (outcome.kind === "applied") {
      const changes = outcome.difference.changes.map((change) => change.path);
      this.events.emit({ kind: "config.applied", unit: "runtime", version: outcome.version, changes });
      for (const { subscriber, reason } of outcome.complaints) {
        this.events.emit({ kind: "unit.failed", unit: subscriber, error: reason });
      }
    } else if (outcome.kind !== "unchanged") {
      this.events.emit({ kind: "config.rejected", unit: "runtime", error: renderOutcome(outcome) });
    }
  }

  async #shutDown(reason: string): Promise<ShutdownReport> {
    this.#move({ kind: "stop", reason });
    const startedAt = this.#clock.now();
    const deadlineMs = this.#platform().shutdown.deadline;
    await this.#configuration?.close();
    const counts = await this.#drain(deadlineMs);
    const deadlineAt = this.#hurry.signal.aborted ? this.#clock.now() : startedAt + deadlineMs;
    const components = (await this.#lifecycle?.stop(deadlineAt)) ?? [];
    const tookMs = this.#clock.now() - startedAt;
    const report: ShutdownReport = { reason, tookMs, deadlineMs, ...counts, components };
    this.events.emit({ kind: "shutdown.reported", unit: "runtime", report });
    this.#move({ kind: "ended" });
    return report;
  }

  async #drain(deadlineMs: number): Promise<DrainCounts> {
    const pipeline = this.#pipeline;
    if (pipeline === undefined) return { drained: 0, requeued: 0, abandoned: 0 };
    return await drainPipeline({
      pipeline,
      clock: this.#clock,
      events: this.events,
      deadlineMs,
      hurry: this.#hurry.signal,
    });
  }

  /** A failed start leaves nothing running. */
  async #rollBack(): Promise<void> {
    await this.#configuration?.close();
    await this.#lifecycle?.stop(this.#clock.now() + rollbackMs);
  }

  #move(move: RuntimeMove): void {
    const from = this.#state.kind;
    this.#state = next(this.#state, move);
    this.events.emit({ kind: "runtime.state_changed", unit: "runtime", from, to: this.#state.kind });
  }
}

const rollbackMs = 5_000;

function loaded<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("The runtime has not loaded its configuration yet: await start() first.");
  return value;
}
