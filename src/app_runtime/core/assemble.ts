import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import type { ConfigSnapshot, ConfigurationManager } from "../config/api.ts";
import { ServiceContainer } from "../container/api.ts";
import type { Component } from "../contracts/component.ts";
import type { PeersView } from "../contracts/peers.ts";
import { platformTokens } from "../contracts/platform_tokens.ts";
import type { EventChannel } from "../contracts/runtime_event.ts";
import type { TraceFactory } from "../contracts/trace_factory.ts";
import { ControlPlaneService, FilePauseStore, PauseBook, type RuntimeView } from "../control/api.ts";
import { EventLoopWatch, HealthRegistry, type RuntimePhase } from "../health/api.ts";
import { cardOf, LoadMeter, PeerWatch } from "../peers/api.ts";
import { TraceService } from "../tracing/api.ts";
import { PipelineTargets } from "./control_targets.ts";
import { ModuleRegistrar } from "./module_registrar.ts";
import { newConfiguration } from "./new_configuration.ts";
import { Pipeline } from "./pipeline.ts";
import type { PlatformConfig } from "./platform_schema.ts";
import { configView, reloadView } from "./reload_view.ts";
import type { Infrastructure, RuntimeParts } from "./runtime_parts.ts";
import { UnitFactory } from "./unit_factory.ts";

/** One that ended without a goodbye is noticed within three of these. */
const tellPeersMs = 3_000;

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
  let peers: PeerWatch | undefined;
  const control = newControl(context, configuration, pauses, { pipeline: () => pipeline, peers: () => peers?.view() });

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
  const loopWatch = watchLoop(context, pipeline);
  peers = watchPeers(context, infrastructure, control, loopWatch);
  const made = makeComponents(container, registrar, infrastructure, health, loopWatch);
  if (peers !== undefined) health.register(peers);
  const components = peers === undefined ? made : [...made, peers];
  return { configuration, health, control, pauses, pipeline, components };
}

export function platformOf(snapshot: ConfigSnapshot): PlatformConfig {
  return snapshot.values.platform as unknown as PlatformConfig;
}

function newControl(
  { events, phase, startedAt, components }: AssemblyContext,
  configuration: ConfigurationManager,
  pauses: PauseBook,
  late: { readonly pipeline: () => Pipeline | undefined; readonly peers: () => PeersView | undefined },
): ControlPlaneService {
  const targets = new PipelineTargets({
    ...late,
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

/** Undefined while this runtime belongs to no others. It needs all that its store may be made of. */
function watchPeers(
  { clock, events, parts }: AssemblyContext,
  { peers: store, components = [] }: Infrastructure,
  control: ControlPlaneService,
  loopWatch: EventLoopWatch,
): PeerWatch | undefined {
  if (store === undefined) return undefined;
  const pid = process.pid;
  const identity = { id: randomUUID(), host: hostname(), pid, version: parts.version };
  const load = new LoadMeter(clock, () => loopWatch.takeLongestDelayMs());
  const card = () => cardOf({ identity, status: control.status(), load: load.take(), everyMs: tellPeersMs });
  const needs = components.map(({ name }) => name);
  return new PeerWatch({ store, card, clock, events, everyMs: tellPeersMs, needs });
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
