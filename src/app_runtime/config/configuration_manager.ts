import type { Clock } from "../base/clock.ts";
import { messageOf, RuntimeError } from "../base/runtime_error.ts";
import { within } from "../base/within.ts";
import type { ConfigLayer, ConfigProvider } from "../contracts/config_provider.ts";
import { type BuiltSnapshot, buildSnapshot, type ConfigCheck } from "./build_snapshot.ts";
import { type ConfigDifference, differenceBetween, isEmpty } from "./config_difference.ts";
import { ConfigInvalidError } from "./config_invalid_error.ts";
import { assertShape, type ConfigShape } from "./config_shape.ts";
import type { ConfigSnapshot } from "./config_snapshot.ts";
import { layerOf } from "./layers/config_tree.ts";
import type { Environment } from "./layers/environment_layer.ts";
import { announce, type ConfigSubscriber, objectionsTo } from "./reload/config_subscriber.ts";
import { Debounce } from "./reload/debounce.ts";
import { OneAtATime } from "./reload/one_at_a_time.ts";
import type { ReloadOutcome } from "./reload/reload_outcome.ts";

/** What code declares as a starting point, as a file would write it: a module's default units. */
export interface DeclaredDefaults {
  /** Who declares it: "module mail_order_bot". */
  readonly source: string;
  /** `{ queues: { orders: { adapter: "memory" } } }`. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** Hears what nobody waits for. */
export interface ConfigObserver {
  /** Every reload, whoever asked for it. */
  reloaded?(trigger: string, outcome: ReloadOutcome): void;
  /** A provider can no longer tell when its layer changes; reloading on request still works. */
  watchFailed?(provider: string, reason: Error): void;
}

/** One version that was in force. Holds no secret. */
export interface ConfigVersion {
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly trigger: string;
  /** Absent for the first version. */
  readonly difference?: ConfigDifference;
}

export interface ConfigurationManagerParts {
  readonly shape: ConfigShape;
  /** Lowest layer first: the files in the order an operator names them. */
  readonly providers: readonly ConfigProvider[];
  /** Below all providers. */
  readonly defaults?: readonly DeclaredDefaults[];
  readonly env: Environment;
  /** What environment variables of ours begin with; "APP_RUNTIME" unless told otherwise. */
  readonly envPrefix?: string;
  readonly argv: readonly string[];
  /** Where `${secret:name}` finds its files. */
  readonly secretsDir?: string;
  readonly checks?: readonly ConfigCheck[];
  readonly clock: Clock;
  readonly observer?: ConfigObserver;
}

/** load() has not succeeded yet, or has succeeded already. */
export class ConfigStateError extends RuntimeError {
  readonly code = "CONFIG_STATE";
}

const providerLimitMs = 10_000;
const keptVersions = 10;
const quietMs = 200;
const longestBurstMs = 2_000;

/**
 * Builds the configuration out of its layers (defaults, providers, environment, command line), validates all of it, and
 * swaps it as a whole when it changes. Source: seed 003, "ConfigurationManager"; architecture, "Configuration".
 */
export class ConfigurationManager implements AsyncDisposable {
  readonly #parts: ConfigurationManagerParts;
  readonly #turns = new OneAtATime<ReloadOutcome>();
  readonly #subscribers = new Set<ConfigSubscriber>();
  readonly #watches = new DisposableStack();
  readonly #history: ConfigVersion[] = [];
  #current: ConfigSnapshot | undefined;
  #versions = 0;
  #closed = false;

  /** @throws {ConfigShapeError} when the schemas themselves are wrong. */
  constructor(parts: ConfigurationManagerParts) {
    assertShape(parts.shape);
    this.#parts = parts;
  }

  /** The first load. @throws {ConfigInvalidError} with every problem at once; it may then be tried again. */
  async load(): Promise<ConfigSnapshot> {
    if (this.#current !== undefined) throw new ConfigStateError("The configuration is loaded already: use reload().");
    const { snapshot, problems } = await this.#build();
    if (problems.length > 0) throw new ConfigInvalidError(problems);
    this.#install(snapshot, "boot");
    return snapshot;
  }

  /** The configuration in force. @throws {ConfigStateError} before load(). */
  get current(): ConfigSnapshot {
    if (this.#current === undefined) throw new ConfigStateError("The configuration is not loaded yet: call load().");
    return this.#current;
  }

  /** The last 10 versions that were in force, the newest last. */
  history(): readonly ConfigVersion[] {
    return [...this.#history];
  }

  /** Asked before and told after every change. Disposing the result ends it. */
  subscribe(subscriber: ConfigSubscriber): Disposable {
    this.#subscribers.add(subscriber);
    return { [Symbol.dispose]: () => void this.#subscribers.delete(subscriber) };
  }

  /**
   * Builds a new configuration and puts it in force, or keeps the old one and says why; never rejects. Two reloads never
   * overlap. `trigger` says who asked: "SIGHUP", "http". @throws {ConfigStateError} before load().
   */
  async reload(trigger: string): Promise<ReloadOutcome> {
    const version = this.current.version;
    if (this.#closed) return { kind: "closed", version };
    return await this.#turns.run(async () => {
      const outcome = await this.#tryReload(trigger);
      this.#parts.observer?.reloaded?.(trigger, outcome);
      return outcome;
    });
  }

  /**
   * Reloads by itself once a provider says that its layer has changed and 200 ms of quiet have passed.
   * @throws {ConfigStateError} before load() and after close().
   */
  watch(): void {
    if (this.#current === undefined || this.#closed) {
      throw new ConfigStateError("Only a loaded configuration can be watched: call load() first.");
    }
    for (const provider of this.#parts.providers) {
      const burst = this.#watches.use(
        new Debounce({
          clock: this.#parts.clock,
          quietMs,
          longestMs: longestBurstMs,
          callback: () => void this.reload(`${provider.name} changed`),
        }),
      );
      const failed = (reason: Error) => this.#parts.observer?.watchFailed?.(provider.name, reason);
      this.#watches.use(provider.watch(() => burst.poke(), failed));
    }
  }

  /** Stops watching, waits for a reload that is under way, and refuses further ones. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#watches.dispose();
    await this.#turns.idle();
    this.#subscribers.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #tryReload(trigger: string): Promise<ReloadOutcome> {
    const current = this.current;
    const { version } = current;
    if (this.#closed) return { kind: "closed", version };
    const { snapshot: next, problems } = await this.#build();
    if (problems.length > 0) return { kind: "invalid", version, problems };

    const difference = differenceBetween(current, next);
    if (isEmpty(difference)) return { kind: "unchanged", version };

    const maskText = (text: string) => current.maskText(next.maskText(text));
    const round = { difference, subscribers: [...this.#subscribers], clock: this.#parts.clock, maskText };
    const objections = await objectionsTo(next, round);
    if (objections.length > 0) return { kind: "vetoed", version, difference, objections };

    this.#install(next, trigger, difference);
    const complaints = await announce(next, round);
    return { kind: "applied", version: next.version, difference, complaints };
  }

  async #build(): Promise<BuiltSnapshot> {
    const { shape, env, argv, secretsDir, checks = [], envPrefix = "APP_RUNTIME" } = this.#parts;
    const declared = (this.#parts.defaults ?? []).map(({ source, values }) =>
      layerOf(values, { layer: "defaults", source }),
    );
    const provided = await Promise.all(this.#parts.providers.map((provider) => this.#loadLayer(provider)));
    const layers = [...declared, ...provided];
    return await buildSnapshot({ shape, layers, env, envPrefix, argv, secretsDir, checks, number: this.#versions + 1 });
  }

  async #loadLayer(provider: ConfigProvider): Promise<ConfigLayer> {
    try {
      return await within(this.#parts.clock, providerLimitMs, `Reading the ${provider.name}`, provider.load());
    } catch (error) {
      const place = { layer: provider.name, source: provider.name };
      return {
        problems: [{ code: "FILE", path: "", message: `The layer cannot be read: ${messageOf(error)}`, place }],
      };
    }
  }

  #install(snapshot: ConfigSnapshot, trigger: string, difference?: ConfigDifference): void {
    this.#current = snapshot;
    this.#versions += 1;
    const at = this.#parts.clock.wallNow();
    this.#history.push({ version: snapshot.version, at, trigger, ...(difference === undefined ? {} : { difference }) });
    if (this.#history.length > keptVersions) this.#history.shift();
  }
}
