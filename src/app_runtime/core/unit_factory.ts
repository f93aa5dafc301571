import type { Clock } from "../base/clock.ts";
import type { ConfigSnapshot, UnitConfig } from "../config/api.ts";
import type { ServiceContainer } from "../container/api.ts";
import type { Recipe } from "../contracts/application_module.ts";
import type { BlobStore } from "../contracts/blob_store.ts";
import type { Journal } from "../contracts/journal.ts";
import type { LeaseStore } from "../contracts/lease.ts";
import type { Publisher } from "../contracts/publisher.ts";
import type { EventChannel } from "../contracts/runtime_event.ts";
import type { TaskHandler } from "../contracts/task_handler.ts";
import type { TaskQueue } from "../contracts/task_queue.ts";
import type { TraceFactory } from "../contracts/trace_factory.ts";
import type { HandlerKind, QueueKind, SourceKind, SourceParts, UnitKind } from "../contracts/unit_kind.ts";
import { LeasedSource, type SourceHandover } from "../leases/api.ts";
import { BoundedPublisher, type QueueConfig, queueSettings, retryPolicy } from "../queue/api.ts";
import type { PoolDefinition, WorkerConfig } from "../workers/api.ts";
import type { SourceConfig } from "./config_shape.ts";
import type { PlatformConfig } from "./platform_schema.ts";
import type { SourceDefinition } from "./source_supervisor.ts";
import { PartMissingError, UnitUnknownError } from "./unit_errors.ts";

export interface UnitFactoryParts {
  readonly kinds: readonly UnitKind[];
  readonly moduleHandlers: ReadonlyMap<string, Recipe<TaskHandler>>;
  readonly container: ServiceContainer;
  readonly clock: Clock;
  readonly events: EventChannel;
  readonly traces: TraceFactory;
  readonly journal: Journal | undefined;
  readonly blobs: BlobStore | undefined;
  /** Undefined while this runtime shares nothing. */
  readonly leases: LeaseStore | undefined;
  readonly configVersion: () => string;
}

/** Makes units out of what the configuration says of them. */
export class UnitFactory {
  readonly #parts: UnitFactoryParts;

  constructor(parts: UnitFactoryParts) {
    this.#parts = parts;
  }

  /** `forgot` is called when the queue has lost what it had accepted. */
  async queue(snapshot: ConfigSnapshot, name: string, forgot?: () => void): Promise<TaskQueue> {
    const unit = unitOf(snapshot, "queues", name);
    const kind = this.#kind("queue", unit.kind) as QueueKind;
    const settings = queueSettings(unit.config as unknown as QueueConfig);
    const { dataDir } = snapshot.values.platform as unknown as PlatformConfig;
    return await kind.create(unit.config, { ...this.#common(name), settings, dataDir, ...(forgot && { forgot }) });
  }

  /** Undefined: its tasks are gone when it is closed. */
  keptIn(snapshot: ConfigSnapshot, name: string): string | undefined {
    const unit = unitOf(snapshot, "queues", name);
    const { dataDir } = snapshot.values.platform as unknown as PlatformConfig;
    return (this.#kind("queue", unit.kind) as QueueKind).keptIn?.(unit.config, { name, dataDir });
  }

  async handler(snapshot: ConfigSnapshot, name: string): Promise<TaskHandler> {
    const unit = unitOf(snapshot, "handlers", name);
    if (unit.kind !== "module") {
      const kind = this.#kind("handler", unit.kind) as HandlerKind;
      return await kind.create(unit.config, this.#common(name));
    }
    const recipe = this.#parts.moduleHandlers.get(name);
    if (recipe === undefined) throw new UnitUnknownError("module handler", name, this.#parts.moduleHandlers.keys());
    return this.#parts.container.make(`handler ${name}`, recipe);
  }

  pool(
    snapshot: ConfigSnapshot,
    name: string,
    units: { readonly queue: TaskQueue; readonly handler: TaskHandler },
  ): PoolDefinition {
    const config = unitOf(snapshot, "workers", name).config as unknown as WorkerConfig;
    const queueConfig = unitOf(snapshot, "queues", config.queue).config as unknown as QueueConfig;
    return {
      name,
      ...units,
      concurrency: config.concurrency,
      limits: { timeoutMs: config.timeout, graceMs: config.abortGrace },
      leaseMs: queueConfig.lease,
      retry: retryPolicy(queueConfig),
      maxCrashes: config.maxCrashes,
      required: config.required,
      takesAhead: queueConfig.rateLimit === undefined && units.queue.isRemote === true,
    };
  }

  /** Under a lease when this runtime shares its journal with others; `handover` is called when it changes hands. */
  source(snapshot: ConfigSnapshot, name: string, queue: TaskQueue, handover: SourceHandover): SourceDefinition {
    const unit = unitOf(snapshot, "sources", name);
    const kind = this.#kind("source", unit.kind) as SourceKind;
    const { required } = unit.config as unknown as SourceConfig;
    const { leases: store, clock, events } = this.#parts;
    const publisher = () => this.publisher(name, queue);
    const create = (into: Publisher) => kind.create(unit.config, this.#sourceParts(name, into));
    const lease = kind.worksOn?.(unit.config) ?? `source:${name}`;
    const { findsAgain = false } = kind;
    const make = async () =>
      store === undefined
        ? await create(publisher())
        : new LeasedSource({ name, lease, store, clock, events, handover, findsAgain, publisher, make: create });
    return { name, adapter: unit.kind, queue: queue.name, required, make };
  }

  /** The way into `queue` for `source`: a source by its name, or a handler's follow-ups. */
  publisher(source: string, queue: TaskQueue): BoundedPublisher {
    const { traces, events, configVersion } = this.#parts;
    return new BoundedPublisher({ source, target: queue, traces, events, configVersion });
  }

  isJournaled(snapshot: ConfigSnapshot, source: string): boolean {
    const unit = snapshot.units("sources").get(source);
    return unit !== undefined && (this.#kind("source", unit.kind) as SourceKind).journaled;
  }

  /** A part the application does not provide is an error for whoever asks for it. */
  #sourceParts(name: string, publisher: Publisher): SourceParts {
    const { journal, blobs, leases } = this.#parts;
    const unit = `Source "${name}"`;
    const notes = leases?.notes;
    return {
      ...this.#common(name),
      publisher,
      ...(notes && { note: { read: () => notes.read(name), write: (value) => notes.write(name, value) } }),
      get journal() {
        if (journal === undefined) throw new PartMissingError(unit, "journal");
        return journal;
      },
      get blobs() {
        if (blobs === undefined) throw new PartMissingError(unit, "blob store");
        return blobs;
      },
    };
  }

  #common(name: string) {
    const { clock, events, traces } = this.#parts;
    return { name, clock, events, traces };
  }

  /** The config was validated against the same kinds, so a miss is a bug. */
  #kind(role: UnitKind["role"], name: string): UnitKind {
    const found = this.#parts.kinds.find((kind) => kind.role === role && kind.kind === name);
    if (found === undefined)
      throw new UnitUnknownError(
        `${role} kind`,
        name,
        this.#parts.kinds.map((k) => k.kind),
      );
    return found;
  }
}

function unitOf(snapshot: ConfigSnapshot, role: string, name: string): UnitConfig {
  const units = snapshot.units(role);
  const unit = units.get(name);
  if (unit === undefined) throw new UnitUnknownError(role, name, units.keys());
  return unit;
}
