import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import type { ConfigSnapshot, ConfigurationManager } from "../config/api.ts";
import { ServiceContainer } from "../container/api.ts";
import type { Component } from "../contracts/component.ts";
import { platformTokens } from "../contracts/platform_tokens.ts";
import type { EventChannel } from "../contracts/runtime_event.ts";
import type { TraceFactory } from "../contracts/trace_factory.ts";
import { ControlPlaneService, FilePauseStore, PauseBook, type RuntimeView } from "../control/api.ts";
import { EventLoopWatch, HealthRegistry, type RuntimePhase } from "../health/api.ts";
import { TraceService } from "../tracing/api.ts";
import { PipelineTargets } from "./control_targets.ts";
import { ModuleRegistrar } from "./module_registrar.ts";
import { newConfiguration } from "./new_configuration.ts";
import { Pipeline } from "./pipeline.ts";
import type { PlatformConfig } from "./platform_schema.ts";
import { configView, reloadView } from "./reload_view.ts";
import type { Infrastructure, RuntimeParts } from "./runtime_parts.ts";
import { UnitFactory } from "./unit_factory.ts";

/** What the manager lends to the assembly. */
export interface AssemblyContext {
  readonly parts: RuntimeParts;
  readonly clock: Clock;
  readonly events: EventChannel;
  readonly random: () => number;
  readonly phase: () => RuntimePhase;
  readonly components: () => RuntimeView["components"];
  /** When the boot began, in milliseconds since 1970 UTC. */
  readonly startedAt: number;
}

/** Everything an application consists of, made and wired; nothing is opened yet. */
export interface Assembly {
  readonly configuration: ConfigurationManager;
  readonly health: HealthRegistry;
  readonly control: ControlPlaneService;
  readonly pauses: PauseBook;
  readonly pipeline: Pipeline;
  /** All but the pipeline. */
  readonly components: readonly Component[];
}

/** Boot phase 1: modules declare, the configuration is loaded, services and units are made. @throws {ConfigInvalidError} */
export async function assemble(context: AssemblyContext): Promise<Assembly> {
  const { parts, clock, events } = context;
  const container = new ServiceContainer();
  const registrar = new ModuleRegistrar(container);
  for (const module of parts.modules) registrar.register(module);

  const configuration = newConfiguration(parts, registrar, context);
  const snapshot = await configuration.load();
  events.emit({ kind: "config.applied", unit: "runtime", version: snapshot.version, changes: [], restart: [] });

  const platform = platformOf(snapshot);
  const configVersion = () => configuration.current.version;
  const traces = new TraceService({ propagation: platform.propagation, configVersion });
  const health = new HealthRegistry(context);
  const store = parts.pauses ?? new FilePauseStore(join(platform.dataDir, "pauses.json"));
  const pauses = new PauseBook({ store, clock });
  let pipeline: Pipeline | undefined;
  const control = newControl(context, configuration, pauses, () => pipeline);

  const infrastructure: Infrastructure =
    (await parts.infrastructure?.({
      clock,
      events,
      traces,
      health,
      control,
      platform,
      snapshot,
      section: (name) => (snapshot.values.platform as Record<string, unknown>)[name] as never,
      provide: (token, value) => container.bindValue(token, value),
    })) ?? {};
  bindPlatform(container, registrar, { clock, events, traces, snapshot, infrastructure });
  await container.seal();

  const { journal, blobs, leases } = infrastructure;
  const shared = { clock, events, traces, journal };
  const factory = new UnitFactory({
    ...shared,
    kinds: parts.kinds,
    moduleHandlers: registrar.handlers,
    container,
    blobs,
    leases,
    configVersion,
  });
  pipeline = new Pipeline({
    ...shared,
    leaseStore: leases,
    factory,
    health,
    pauses,
    random: context.random,
    restart: platform.restart,
  });
  const components = makeComponents(container, registrar, infrastructure, health, watchLoop(context, pipeline));
  return { configuration, health, control, pauses, pipeline, components };
}

export function platformOf(snapshot: ConfigSnapshot): PlatformConfig {
  return snapshot.values.platform as unknown as PlatformConfig;
}

function newControl(
  { events, phase, startedAt, components }: AssemblyContext,
  configuration: ConfigurationManager,
  pauses: PauseBook,
  pipeline: () => Pipeline | undefined,
): ControlPlaneService {
  const targets = new PipelineTargets({
    pipeline,
    snapshot: () => configuration.current,
    runtime: () => ({
      name: platformOf(configuration.current).name,
      phase: phase(),
      startedAt,
      configVersion: configuration.current.version,
      components: components(),
    }),
  });
  const config = {
    view: () => configView(configuration),
    reload: async () => reloadView(await configuration.reload("control plane")),
  };
  return new ControlPlaneService({ targets, config, pauses, events });
}

function bindPlatform(
  container: ServiceContainer,
  registrar: ModuleRegistrar,
  services: {
    readonly clock: Clock;
    readonly events: EventChannel;
    readonly traces: TraceFactory;
    readonly snapshot: ConfigSnapshot;
    readonly infrastructure: Infrastructure;
  },
): void {
  const { clock, events, traces, snapshot, infrastructure } = services;
  container.bindValue(platformTokens.clock, clock);
  container.bindValue(platformTokens.events, events);
  container.bindValue(platformTokens.traces, traces);
  if (infrastructure.journal !== undefined) container.bindValue(platformTokens.journal, infrastructure.journal);
  if (infrastructure.blobs !== undefined) container.bindValue(platformTokens.blobs, infrastructure.blobs);
  for (const [section, { token }] of registrar.sections) container.bindValue(token, snapshot.get(section));
}

function watchLoop({ clock, events }: AssemblyContext, pipeline: Pipeline): EventLoopWatch {
  return new EventLoopWatch({ clock, events, tasksSince: (since) => pipeline.workers.tasksSince(since) });
}

/** The components of adapters and modules, beside our own; whoever has something to say of its health is registered. */
function makeComponents(
  container: ServiceContainer,
  registrar: ModuleRegistrar,
  infrastructure: Infrastructure,
  health: HealthRegistry,
  loopWatch: EventLoopWatch,
): readonly Component[] {
  const contributors = registrar.contributors.map(({ module, recipe }) =>
    container.make(`health contributor of ${module}`, recipe),
  );
  for (const contributor of [...contributors, ...(infrastructure.contributors ?? []), loopWatch]) {
    health.register(contributor);
  }
  const ofModules = registrar.components.map(({ module, recipe }) => container.make(`component of ${module}`, recipe));
  return [...(infrastructure.components ?? []), ...ofModules, health, loopWatch];
}
