import type { Clock } from "../base/clock.ts";
import type { BlobStore } from "./blob_store.ts";
import type { ConfigOf, Schema } from "./config_schema.ts";
import type { Journal } from "./journal.ts";
import type { Publisher } from "./publisher.ts";
import type { EventChannel } from "./runtime_event.ts";
import type { JsonValue } from "./task.ts";
import type { TaskHandler } from "./task_handler.ts";
import type { QueueCapability, QueueSettings, TaskQueue } from "./task_queue.ts";
import type { TaskSource } from "./task_source.ts";
import type { TraceFactory } from "./trace_factory.ts";

/** What every unit gets, by name. */
export interface UnitParts {
  /** The unit's name in the config. */
  readonly name: string;
  readonly clock: Clock;
  readonly events: EventChannel;
  readonly traces: TraceFactory;
}

/** What the place of a queue depends on, beside its own config. */
export interface QueuePlace {
  readonly name: string;
  /** `platform.dataDir`: for what it keeps. */
  readonly dataDir: string;
}

export interface QueueParts extends UnitParts, QueuePlace {
  /** Call it when accepted tasks are gone although nobody finished them: what journaled sources still miss is offered again. */
  readonly forgot?: () => void;
  readonly settings: QueueSettings;
}

export interface SourceParts extends UnitParts {
  readonly publisher: Publisher;
  /** @throws {PartMissingError} on reading, when the application provides none. */
  readonly journal: Journal;
  /** @throws {PartMissingError} likewise. */
  readonly blobs: BlobStore;
  /** What the runtime that works this source next must know. Absent where it sees the same journal. */
  readonly note?: SourceNote;
}

/** A small value that passes with a source from runtime to runtime; beside the journal's checkpoint, which does not. */
export interface SourceNote {
  /** Undefined before the first, and when it was forgotten. */
  read(): Promise<JsonValue | undefined>;
  write(value: JsonValue): Promise<void>;
}

/** An objection to one key: said where the key stands, and not at all when that key cannot be read anyway. */
export interface KeyObjection {
  readonly key: string;
  readonly why: string;
}

/** What every kind of unit says of itself. */
interface KindTraits {
  /** Named in the config: `adapter: imap`. */
  readonly kind: string;
  readonly schema: Schema;
  /**
   * What no single key can say: why this config of the unit `name` cannot work, with the cure, as a sentence that begins
   * with its verb ("would send …"); undefined when it can. Asked before anything is made of the config, at each load.
   */
  check?(config: unknown, name: string): string | KeyObjection | undefined;
}

/** One way to make a queue: `adapter: memory`. The schema is light; the implementation is imported when it is used. */
export interface QueueKind extends KindTraits {
  readonly role: "queue";
  readonly capabilities: ReadonlySet<QueueCapability>;
  /**
   * Where its tasks stay while nobody has it open, without a secret and in words that are the same for every configuration
   * that finds them again (`sqlite:/data/queues/orders.sqlite`). Without it they are gone when the queue is closed.
   */
  keptIn?(config: unknown, place: QueuePlace): string;
  create(config: unknown, parts: QueueParts): Promise<TaskQueue>;
}

/** One way to make a source: `adapter: imap`. */
export interface SourceKind extends KindTraits {
  readonly role: "source";
  /** It needs the application's journal and blob store. */
  readonly journaled: boolean;
  /**
   * What it works outside, in words that are the same for every configuration of it (`imap:<account>:<folder>`): two sources
   * would take the same work twice. Without it each source is taken to work something of its own.
   */
  worksOn?(config: unknown): string;
  /** Of the tasks it makes; undefined, or absent: what the application makes of its work is known when it comes. */
  taskKind?(config: unknown): string | undefined;
  /** Work that was not settled is found outside again by whichever runtime looks, as unread mail is. */
  readonly findsAgain?: boolean;
  create(config: unknown, parts: SourceParts): Promise<TaskSource>;
}

/** One way to make a handler: `kind: lua`. `kind: module` is the runtime's own. */
export interface HandlerKind extends KindTraits {
  readonly role: "handler";
  create(config: unknown, parts: UnitParts): Promise<TaskHandler>;
}

/** Registered by the composition root; the config chooses among them by kind name. Source: architecture, "Unit kinds". */
export type UnitKind = QueueKind | SourceKind | HandlerKind;

/** Ties a kind's schema to the config type that `create` receives. */
export function queueKind<S extends Schema>(kind: {
  readonly kind: string;
  readonly schema: S;
  readonly capabilities: Iterable<QueueCapability>;
  readonly check?: (config: ConfigOf<S>, name: string) => string | KeyObjection | undefined;
  readonly keptIn?: (config: ConfigOf<S>, place: QueuePlace) => string;
  readonly create: (config: ConfigOf<S>, parts: QueueParts) => Promise<TaskQueue>;
}): QueueKind {
  const { keptIn } = kind;
  return {
    role: "queue",
    kind: kind.kind,
    schema: kind.schema,
    capabilities: new Set(kind.capabilities),
    ...(keptIn && { keptIn: (config: unknown, place: QueuePlace) => keptIn(config as ConfigOf<S>, place) }),
    check: (config, name) => kind.check?.(config as ConfigOf<S>, name),
    create: (config, parts) => kind.create(config as ConfigOf<S>, parts),
  };
}

export function sourceKind<S extends Schema>(kind: {
  readonly kind: string;
  readonly schema: S;
  readonly journaled: boolean;
  readonly check?: (config: ConfigOf<S>, name: string) => string | KeyObjection | undefined;
  readonly worksOn?: (config: ConfigOf<S>) => string;
  readonly taskKind?: (config: ConfigOf<S>) => string | undefined;
  readonly findsAgain?: boolean;
  readonly create: (config: ConfigOf<S>, parts: SourceParts) => Promise<TaskSource>;
}): SourceKind {
  const { worksOn, taskKind } = kind;
  return {
    role: "source",
    kind: kind.kind,
    schema: kind.schema,
    journaled: kind.journaled,
    findsAgain: kind.findsAgain ?? false,
    ...(taskKind && { taskKind: (config: unknown) => taskKind(config as ConfigOf<S>) }),
    ...(worksOn && { worksOn: (config: unknown) => worksOn(config as ConfigOf<S>) }),
    check: (config, name) => kind.check?.(config as ConfigOf<S>, name),
    create: (config, parts) => kind.create(config as ConfigOf<S>, parts),
  };
}
