import type { Clock } from "../base/clock.ts";
import type { HealthContributor } from "../contracts/health_contributor.ts";
import type { TaskId } from "../contracts/task.ts";
import { type PoolFlow, poolHealth } from "./pool_health.ts";
import type { PoolStatus } from "./pool_status.ts";
import { type PoolDefinition, type PoolParts, WorkerPool } from "./worker_pool.ts";

interface Slot {
  readonly pool: WorkerPool;
  state: PoolStatus["state"];
}

/**
 * Owns every worker pool: starts and stops them, restarts workers that fail, tells their health. Source: seed 003,
 * "WorkerSupervisor".
 */
export class WorkerSupervisor {
  readonly #parts: PoolParts;
  readonly #slots = new Map<string, Slot>();

  constructor(parts: PoolParts) {
    this.#parts = parts;
  }

  /** Starts a pool under its name, which must be free; paused, it takes nothing before resume(). */
  start(definition: PoolDefinition, options: { readonly paused: boolean } = { paused: false }): void {
    const pool = new WorkerPool(definition, this.#parts);
    this.#slots.set(definition.name, { pool, state: options.paused ? "paused" : "running" });
    if (options.paused) pool.pause();
    pool.start();
  }

  /** Takes no new tasks, finishes what it holds, and goes. */
  async remove(name: string): Promise<void> {
    const slot = this.#slots.get(name);
    if (slot === undefined) return;
    slot.state = "draining";
    await slot.pool.stopped();
    this.#slots.delete(name);
  }

  /** No new deliveries until resume(); what is in flight goes on. Idempotent. */
  pause(name: string): void {
    this.#switch(name, "running", "paused", (pool) => pool.pause());
  }

  resume(name: string): void {
    this.#switch(name, "paused", "running", (pool) => pool.resume());
  }

  get inFlight(): number {
    return this.#sum((pool) => pool.inFlight);
  }

  /** "task-id (pool)" of everything handled since `since` (Clock.now): the suspects when the event loop was blocked. */
  tasksSince(since: number): readonly string[] {
    return [...this.#slots].flatMap(([name, { pool }]) => pool.tasksSince(since).map((id) => `${id} (${name})`));
  }

  stopIntake(): void {
    for (const slot of this.#slots.values()) {
      slot.state = "draining";
      slot.pool.stopIntake();
    }
  }

  async drained(): Promise<void> {
    await Promise.all([...this.#slots.values()].map(({ pool }) => pool.drained()));
  }

  /** Another runtime works this source now. Answers with the tasks of it that were in hand. */
  loseSource(source: string): readonly TaskId[] {
    return [...this.#slots.values()].flatMap(({ pool }) => pool.loseSource(source));
  }

  abortAll(): void {
    for (const { pool } of this.#slots.values()) pool.abortAll();
  }

  abandonAll(): void {
    for (const { pool } of this.#slots.values()) pool.abandonAll();
  }

  /** After stopIntake: resolves when every worker has recorded its last outcome. */
  async stopped(): Promise<void> {
    await Promise.all([...this.#slots.values()].map(({ pool }) => pool.stopped()));
    for (const slot of this.#slots.values()) slot.state = "stopped";
  }

  status(): readonly PoolStatus[] {
    return [...this.#slots.values()].map(statusOf);
  }

  find(name: string): PoolStatus | undefined {
    const slot = this.#slots.get(name);
    return slot === undefined ? undefined : statusOf(slot);
  }

  health(name: string): HealthContributor | undefined {
    const first = this.#slots.get(name);
    if (first === undefined) return undefined;
    return {
      name: `worker:${name}`,
      required: first.pool.definition.required,
      check: () => {
        const slot = this.#slots.get(name) ?? first;
        return poolHealth(statusOf(slot), flowPast(slot, this.#parts.clock));
      },
    };
  }

  #switch(name: string, from: PoolStatus["state"], to: PoolStatus["state"], act: (pool: WorkerPool) => void): void {
    const slot = this.#slots.get(name);
    if (slot?.state !== from) return;
    slot.state = to;
    act(slot.pool);
  }

  #sum(count: (pool: WorkerPool) => number): number {
    let sum = 0;
    for (const { pool } of this.#slots.values()) sum += count(pool);
    return sum;
  }
}

function flowPast({ pool }: Slot, clock: Clock): PoolFlow {
  const { queue, limits } = pool.definition;
  const { paused, oldestWaitingMs } = queue.stats();
  return {
    waitingMs: paused ? 0 : oldestWaitingMs,
    idleMs: clock.now() - pool.lastTurnAt,
    taskLimitMs: limits.timeoutMs + limits.graceMs,
  };
}

function statusOf(slot: Slot): PoolStatus {
  const { pool } = slot;
  return {
    name: pool.definition.name,
    queue: pool.definition.queue.name,
    state: slot.state,
    concurrency: pool.definition.concurrency,
    busy: pool.workers.filter(({ state }) => state.kind === "busy").length,
    lost: pool.lost,
    braking: pool.braking,
    ...(pool.streak === undefined ? {} : { streak: pool.streak }),
    counts: pool.counts,
    workers: pool.workers.map((worker) => ({ name: worker.name, state: worker.state })),
  };
}
