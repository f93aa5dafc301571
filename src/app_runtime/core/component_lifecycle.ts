import type { Clock } from "../base/clock.ts";
import { messageOf, RuntimeError } from "../base/runtime_error.ts";
import { topologicalLevels } from "../base/topological_levels.ts";
import { TimeLimitError, within } from "../base/within.ts";
import type { Component } from "../contracts/component.ts";
import type { EventChannel, ShutdownReport } from "../contracts/runtime_event.ts";

/** A component did not load or start; what had started was stopped again. */
export class BootFailedError extends RuntimeError {
  readonly code = "BOOT_FAILED";
  readonly component: string;

  constructor(component: string, phase: "load" | "start", cause: unknown) {
    super(`Component "${component}" did not ${phase}: ${messageOf(cause)}`, { cause });
    this.component = component;
  }
}

export type ComponentState = "waiting" | "loaded" | "running" | "stopped" | "failed";

/** Loads, starts and stops components in the order of their needs, level by level, the members of a level together. */
export class ComponentLifecycle {
  readonly #levels: readonly (readonly Component[])[];
  readonly #clock: Clock;
  readonly #events: EventChannel;
  readonly #states = new Map<string, ComponentState>();

  /** @throws {NeedsError} naming the circle, the missing need, or the name used twice. */
  constructor(components: readonly Component[], parts: { readonly clock: Clock; readonly events: EventChannel }) {
    this.#levels = topologicalLevels(components);
    this.#clock = parts.clock;
    this.#events = parts.events;
    for (const component of components) this.#states.set(component.name, "waiting");
  }

  states(): readonly { readonly name: string; readonly state: ComponentState }[] {
    return [...this.#states].map(([name, state]) => ({ name, state }));
  }

  /** @throws {BootFailedError} after the whole level has come to an end; the caller rolls back with stop(). */
  async load(): Promise<void> {
    for (const level of this.#levels) await this.#together(level, (component) => this.#enter(component, "load"));
  }

  /** @throws {BootFailedError} likewise. */
  async start(): Promise<void> {
    for (const level of this.#levels) await this.#together(level, (component) => this.#enter(component, "start"));
  }

  /**
   * Stops everything that was loaded or started, in reverse. An error never stops the sweep; a component that does not end
   * within the deadline is left behind and said so.
   */
  async stop(deadlineAt: number): Promise<ShutdownReport["components"]> {
    const stopped: ShutdownReport["components"][number][] = [];
    for (const level of this.#levels.toReversed()) {
      const touched = level.filter((component) => this.#states.get(component.name) !== "waiting");
      stopped.push(...(await Promise.all(touched.map((component) => this.#stopOne(component, deadlineAt)))));
    }
    return stopped;
  }

  async #together(level: readonly Component[], enter: (component: Component) => Promise<void>): Promise<void> {
    const results = await Promise.allSettled(level.map(enter));
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  async #enter(component: Component, phase: "load" | "start"): Promise<void> {
    const startedAt = this.#clock.now();
    this.#states.set(component.name, "loaded");
    try {
      await within(this.#clock, stepLimitMs, `Its ${phase}`, component[phase]?.() ?? Promise.resolve());
    } catch (error) {
      this.#states.set(component.name, "failed");
      const unit = `component:${component.name}`;
      this.#events.emit({ kind: "component.failed", unit, phase, error: messageOf(error) });
      throw new BootFailedError(component.name, phase, error);
    }
    if (phase === "load") return;
    this.#states.set(component.name, "running");
    const tookMs = this.#clock.now() - startedAt;
    this.#events.emit({ kind: "component.started", unit: `component:${component.name}`, tookMs });
  }

  async #stopOne(component: Component, deadlineAt: number): Promise<ShutdownReport["components"][number]> {
    const { name } = component;
    const unit = `component:${name}`;
    const startedAt = this.#clock.now();
    const leftMs = Math.max(minStopMs, deadlineAt - startedAt);
    const deadline = new AbortController();
    using _timer = this.#clock.after(leftMs, () => deadline.abort());
    try {
      await within(
        this.#clock,
        leftMs + stopGraceMs,
        `Stopping ${name}`,
        component.stop?.(deadline.signal) ?? Promise.resolve(),
      );
      this.#states.set(name, "stopped");
      const tookMs = this.#clock.now() - startedAt;
      this.#events.emit({ kind: "component.stopped", unit, tookMs });
      return { name, tookMs };
    } catch (error) {
      this.#states.set(name, "failed");
      if (error instanceof TimeLimitError) {
        this.#events.emit({ kind: "component.stop_overdue", unit, deadlineMs: leftMs });
      } else this.#events.emit({ kind: "component.failed", unit, phase: "stop", error: messageOf(error) });
      return { name, tookMs: this.#clock.now() - startedAt, error: messageOf(error) };
    }
  }
}

/** A boot step that takes longer hangs, and a stop asked for meanwhile would wait for it. */
const stepLimitMs = 60_000;

/** Even after the deadline a component gets this long to close its files and sockets. */
const minStopMs = 100;
const stopGraceMs = 200;
