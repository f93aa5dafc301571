import type { Clock } from "../../app_runtime/base/clock.ts";
import type { HealthFinding } from "../../app_runtime/contracts/health_contributor.ts";
import type { SourceStatus, TaskSource } from "../../app_runtime/contracts/task_source.ts";
import type { SourceParts } from "../../app_runtime/contracts/unit_kind.ts";
import { Gate, Patience, RowSettler, RunLedger, stopWithin, TaskPublisher } from "../../app_runtime/intake/api.ts";
import { PositionStore } from "./position_store.ts";
import { RunStarter } from "./run_starter.ts";
import { ScheduleFacts } from "./schedule_facts.ts";
import { scheduleHealth } from "./schedule_health.ts";
import { ScheduleLoop } from "./schedule_loop.ts";
import type { ScheduleConfig } from "./schedule_schema.ts";

/** The clock as a source. One loop waits for planned runs and makes journaled tasks of them, the other settles what is done. */
export class ScheduleSource implements TaskSource {
  readonly name: string;
  readonly #clock: Clock;
  readonly #gate = new Gate();
  readonly #ledger = new RunLedger();
  readonly #patience: Patience;
  readonly #loop: ScheduleLoop;
  readonly #settler: RowSettler;
  readonly #settlerStop = new AbortController();
  #state: "stopped" | "running" | "stopping" = "stopped";
  #running: { readonly loop: Promise<void>; readonly settler: Promise<void> } = {
    loop: Promise.resolve(),
    settler: Promise.resolve(),
  };
  #stopped: Promise<void> | undefined;

  constructor(parts: {
    readonly config: ScheduleConfig;
    readonly parts: SourceParts;
    /** Gives 0 ≤ r < 1; spreads retries. */
    readonly random: () => number;
  }) {
    const { config, random } = parts;
    const { name, clock, events, journal, publisher, note } = parts.parts;
    this.name = name;
    this.#clock = clock;
    const facts = new ScheduleFacts(events, name);
    const [gate, ledger] = [this.#gate, this.#ledger];
    const patience = new Patience({ clock, facts, random });
    const shared = { source: name, clock, journal, publisher, gate, ledger, patience, facts };
    const tasks = new TaskPublisher(shared);
    const positions = new PositionStore({ source: name, journal, note });
    this.#patience = patience;
    const starter = new RunStarter({ ...shared, tasks, positions });
    this.#loop = new ScheduleLoop({ ...shared, config, starter });
    this.#settler = new RowSettler(shared);
  }

  async start(): Promise<void> {
    if (this.#state !== "stopped" || this.#stopped !== undefined) return;
    this.#state = "running";
    this.#running = { loop: this.#loop.run(this.#gate.shut), settler: this.#settler.run(this.#settlerStop.signal) };
  }

  /** A run that is due and not in the queue stays in the journal, or is found by the next start. */
  async quiesce(): Promise<void> {
    this.#gate.shutForGood();
    await this.#running.loop;
  }

  stop(signal: AbortSignal): Promise<void> {
    this.#stopped ??= this.#stop();
    return stopWithin(this.#clock, this.#stopped, signal, () => this.#settlerStop.abort());
  }

  pause(): void {
    this.#gate.close();
  }

  resume(): void {
    this.#gate.open();
    this.#loop.resumed();
  }

  trigger(): void {
    this.#loop.trigger();
  }

  status(): SourceStatus {
    const { nextRunAt, lastRunAt, figures, lastTurnAt, waiting } = this.#loop;
    const { trouble } = this.#patience;
    return {
      state: this.#stateName(),
      backlog: waiting,
      inFlight: this.#ledger.inFlight.size,
      published: this.#ledger.published,
      settled: this.#ledger.settled + this.#ledger.dead,
      facts: {
        ...figures,
        ...(nextRunAt !== undefined && { nextRunAt }),
        ...(lastRunAt !== undefined && { lastRunAt }),
      },
      ...(lastTurnAt !== undefined && { lastProofAt: lastTurnAt }),
      ...(trouble !== undefined && { lastError: trouble }),
    };
  }

  health(): HealthFinding {
    const { nextRunAt, lastRunAt, busyMs } = this.#loop;
    const waitingMs = this.#gate.isOpen ? busyMs : 0;
    return scheduleHealth({ waitingMs, trouble: this.#patience.trouble, nextRunAt, lastRunAt });
  }

  #stateName(): SourceStatus["state"] {
    if (this.#state !== "running") return this.#state;
    if (this.#patience.trouble !== undefined) return "degraded";
    if (!this.#gate.isOpen) return "paused";
    return this.#loop.lastTurnAt === undefined ? "starting" : "running";
  }

  async #stop(): Promise<void> {
    if (this.#state === "running") this.#state = "stopping";
    await this.quiesce();
    this.#settlerStop.abort();
    await this.#running.settler;
    this.#state = "stopped";
  }
}
