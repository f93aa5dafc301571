import type { Clock } from "../base/clock.ts";
import type { ConfigCheck, ConfigSnapshot } from "../config/api.ts";
import type { ApplicationModule, ServiceToken } from "../contracts/application_module.ts";
import type { BlobStore } from "../contracts/blob_store.ts";
import type { Component } from "../contracts/component.ts";
import type { ConfigProvider } from "../contracts/config_provider.ts";
import type { ConfigOf, Schema } from "../contracts/config_schema.ts";
import type { HealthContributor } from "../contracts/health_contributor.ts";
import type { Journal } from "../contracts/journal.ts";
import type { LeaseStore } from "../contracts/lease.ts";
import type { PeerStore } from "../contracts/peers.ts";
import type { EventChannel, RuntimeEvent } from "../contracts/runtime_event.ts";
import type { TraceFactory } from "../contracts/trace_factory.ts";
import type { UnitKind } from "../contracts/unit_kind.ts";
import type { ControlPlaneService, PauseStore } from "../control/api.ts";
import type { HealthRegistry } from "../health/api.ts";
import type { PlatformConfig } from "./platform_schema.ts";

/** What a composition root gives to a runtime. */
export interface RuntimeParts {
  readonly modules: readonly ApplicationModule[];
  /** Of the program, for its peers. */
  readonly version?: string | undefined;
  readonly kinds: readonly UnitKind[];
  readonly config?: ConfigSources;
  /** Sections of the adapters, below `platform:` (`control`, `log`, `telemetry`). */
  readonly platformSections?: Readonly<Record<string, Schema>>;
  /** Rules between keys of several sections or units, beyond the platform's own. */
  readonly checks?: readonly ConfigCheck[];
  /** Makes what lives as long as the runtime and needs its configuration: database, journal, control plane over HTTP. */
  readonly infrastructure?: (platform: PlatformServices) => Infrastructure | Promise<Infrastructure>;
  /** Where pauses are kept while the runtime is down; a file in the data directory unless told. */
  readonly pauses?: PauseStore;
  /** Readers of the event channel from the first event on. */
  readonly readers?: readonly ((event: RuntimeEvent) => void)[];
  readonly clock?: Clock;
  /** 0 ≤ r < 1; for jitter. */
  readonly random?: () => number;
}

export interface ConfigSources {
  /** Lowest layer first. */
  readonly providers?: readonly ConfigProvider[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly argv?: readonly string[];
  readonly secretsDir?: string;
}

/** What the platform offers to infrastructure. */
export interface PlatformServices {
  readonly clock: Clock;
  readonly events: EventChannel;
  readonly traces: TraceFactory;
  readonly health: HealthRegistry;
  readonly control: ControlPlaneService;
  readonly platform: PlatformConfig;
  /** A section of `platformSections`. */
  section<S extends Schema>(name: string, schema: S): ConfigOf<S>;
  readonly snapshot: ConfigSnapshot;
  /** Makes a value available to modules under its token. */
  provide<T>(token: ServiceToken<T>, value: T): void;
}

export interface Infrastructure {
  readonly journal?: Journal;
  readonly blobs?: BlobStore;
  /** Given when several runtimes work the same sources: each is then worked by the holder of its lease alone. */
  readonly leases?: LeaseStore;
  /** Given when this runtime belongs to others: it tells them of itself, and its status lists them. */
  readonly peers?: PeerStore;
  readonly components?: readonly Component[];
  readonly contributors?: readonly HealthContributor[];
}
