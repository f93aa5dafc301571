import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/runtime_error.ts";
import { sleep } from "../base/sleep.ts";
import { untilAborted } from "../base/until_aborted.ts";
import type { HealthFinding } from "../contracts/health_contributor.ts";
import type { LeaseStore } from "../contracts/lease.ts";
import type { EventChannel, FactLevel } from "../contracts/runtime_event.ts";
import type { HeldLease } from "./held_lease.ts";
import { LeaseSeeker } from "./lease_seeker.ts";

/** What a lease is for. */
export interface LeasedWorkParts<W> {
  /** Of the lease. */
  readonly name: string;
  /** "source:inbox". */
  readonly unit: string;
  readonly store: LeaseStore;
  readonly clock: Clock;
  readonly events: EventChannel;
  /** The lease was taken: the work begins. A rejection gives it back. */
  readonly begin: (held: HeldLease) => Promise<W>;
  /** It was started and somebody else has the lease; the work begins only after this. */
  readonly standBy?: () => Promise<void>;
  /** The lease was lost, or the work is to stop, and then may take until `signal` aborts. */
  readonly end: (work: W, how: { readonly lost: boolean; readonly signal: AbortSignal }) => Promise<void>;
}

interface Current<W> {
  readonly held: HeldLease;
  readonly work: W;
}

/** Work that only the holder of a lease does. Stands by until it has the lease, ends when it is lost, and stands by again. */
export class LeasedWork<W> {
  readonly #parts: LeasedWorkParts<W>;
  readonly #seeker: LeaseSeeker;
  readonly #stop = new AbortController();
  /** What the end of the work has time for, once it is to stop. */
  #deadline: AbortSignal | undefined;
  #current: Current<W> | undefined;
  #failure: string | undefined;
  #running: Promise<void> | undefined;
  #saidStandby = false;

  constructor(parts: LeasedWorkParts<W>) {
    this.#parts = parts;
    this.#seeker = new LeaseSeeker(parts);
  }

  /** Undefined while it stands by. */
  get current(): W | undefined {
    return this.#current?.work;
  }

  get hasStarted(): boolean {
    return this.#running !== undefined && !this.#stop.signal.aborted;
  }

  /** What it says of its lease, for /status. */
  get facts(): Readonly<Record<string, string | number | boolean>> {
    const { name } = this.#parts;
    if (this.#current !== undefined) return { lease: name, leaseToken: this.#current.held.claim.token };
    return { lease: name, leaseHolder: this.#holder };
  }

  /** Resolves once it works or stands by. Rejects when it has the lease and cannot begin. */
  async start(): Promise<void> {
    if (this.#running !== undefined || this.#stop.signal.aborted) return;
    const first = this.#tryFirst();
    this.#running = first.then(
      () => this.#live(this.#stop.signal),
      () => undefined, // whoever started it hears of it
    );
    await first;
  }

  /**
   * Ends the work in order and releases the lease: somebody who stands by takes over at once. Idempotent. Rejects with what
   * the end of the work rejects with.
   */
  async stop(signal: AbortSignal): Promise<void> {
    this.#deadline ??= signal;
    this.#stop.abort();
    await this.#running;
  }

  /** Asked while it stands by. */
  standbyFinding(): HealthFinding {
    const { durationMs } = this.#parts.store;
    if (this.#failure !== undefined) return { state: "fail", output: `It could not take over: ${this.#failure}` };
    const { trouble, standsStillMs } = this.#seeker;
    if (trouble === undefined) {
      const output = `Stands by: ${this.#holder} works it. This runtime takes over when that one stops.`;
      return { state: "pass", output };
    }
    const state = standsStillMs > 2 * durationMs ? "fail" : "warn";
    return { state, output: `Stands by, and could not take over now: ${trouble}` };
  }

  get #holder(): string {
    const { row } = this.#seeker;
    if (row?.holder === undefined) return "nobody yet";
    const { pid, host } = row.holder;
    return `process ${pid} on ${host} (since ${new Date(row.takenAt).toISOString()})`;
  }

  async #tryFirst(): Promise<void> {
    const held = await this.#seeker.tryTake();
    if (held === undefined) await this.#parts.standBy?.();
    else await this.#begin(held);
  }

  async #live(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.#current === undefined) await this.#seek(signal);
      else {
        await untilAborted(AbortSignal.any([this.#current.held.lost, signal]));
        if (!signal.aborted) await this.#lose(this.#current);
      }
    }
    if (this.#current !== undefined) await this.#finish(this.#current, this.#deadline ?? signal);
  }

  async #finish({ work, held }: Current<W>, signal: AbortSignal): Promise<void> {
    try {
      await this.#parts.end(work, { lost: false, signal });
    } finally {
      this.#current = undefined;
      await held.release();
    }
  }

  async #seek(signal: AbortSignal): Promise<void> {
    let held = await this.#seeker.tryTake();
    if (held === undefined) {
      this.#sayStandby();
      held = await this.#seeker.take(signal);
    }
    if (held === undefined) return;
    try {
      await this.#begin(held);
    } catch (thrown) {
      this.#failure = messageOf(thrown);
      this.#say("error", "lease_unused", `It has the lease, but could not begin: ${this.#failure}`);
      await sleep(this.#parts.clock, this.#parts.store.durationMs, signal);
    }
  }

  async #begin(held: HeldLease): Promise<void> {
    try {
      this.#current = { held, work: await this.#parts.begin(held) };
    } catch (thrown) {
      await held.release();
      throw thrown;
    }
    this.#failure = undefined;
    const { name, token } = held.claim;
    this.#say("info", "lease_taken", `This runtime works it now, under the lease ${name} (token ${token}).`);
    this.#saidStandby = false;
  }

  async #lose({ work, held }: Current<W>): Promise<void> {
    this.#current = undefined;
    const { name } = held.claim;
    this.#say(
      "warn",
      "lease_lost",
      `The lease ${name} is lost: ${ended(String(held.lost.reason))} What was in hand is left to others.`,
    );
    try {
      await this.#parts.end(work, { lost: true, signal: AbortSignal.abort() });
    } catch (thrown) {
      this.#say("error", "lease_end_failed", `What it worked did not end well: ${messageOf(thrown)}`);
    }
    await held.release();
  }

  /** Once for each time of standing by. */
  #sayStandby(): void {
    if (this.#saidStandby) return;
    this.#saidStandby = true;
    this.#say("info", "lease_standby", `Stands by: ${this.#holder} works it.`);
  }

  #say(level: FactLevel, code: string, message: string): void {
    const { events, unit, name } = this.#parts;
    events.emit({ kind: "unit.fact", unit, code, level, message, fields: { lease: name } });
  }
}

/** A reason may be a sentence of its own already. */
function ended(reason: string): string {
  return /[.?!]$/.test(reason) ? reason : `${reason}.`;
}
