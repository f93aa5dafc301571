import { hostname } from "node:os";
import type { Clock } from "../../app_runtime/base/clock.ts";
import type {
  LeaseClaim,
  LeaseHolder,
  LeaseRow,
  LeaseStore,
  SourceFences,
  SourceSuccession,
  Tenure,
} from "../../app_runtime/contracts/lease.ts";
import { ClusterMemoryYoungError, ClusterRecordError } from "./cluster_errors.ts";
import type { ClusterLink } from "./cluster_link.ts";
import { lookScript, releaseScript, renewScript, takeScript } from "./lease_scripts.ts";
import { RedisNotes } from "./redis_notes.ts";

/**
 * Leases in a Redis that runtimes on several machines share. Each step is one script, and time is the server's. The effects
 * lie elsewhere, so a holder gives up before its lease ends; what it may write is asked of its own clock (`fence`).
 */
export class RedisLeases implements LeaseStore {
  readonly durationMs: number;
  readonly fencesWrites = false;
  readonly succession: SourceSuccession;
  readonly notes: RedisNotes;
  readonly #link: ClusterLink;
  readonly #fences: SourceFences;
  readonly #clock: Clock;
  readonly #self = JSON.stringify({ pid: process.pid, host: hostname() } satisfies LeaseHolder);
  /** Highest tokens seen, for a Redis whose memory and clock are both behind. */
  readonly #seenTokens = new Map<string, number>();

  constructor(parts: {
    readonly link: ClusterLink;
    readonly fences: SourceFences;
    readonly clock: Clock;
    readonly durationMs: number;
  }) {
    this.#link = parts.link;
    this.notes = new RedisNotes(parts);
    this.#fences = parts.fences;
    this.succession = parts.fences;
    this.#clock = parts.clock;
    this.durationMs = parts.durationMs;
  }

  /** @throws {ClusterRecordError} for a row that nobody could take over, because it never seems to end. */
  async look(name: string): Promise<LeaseRow | undefined> {
    const [now, ...row] = textsOf(await this.#link.run(lookScript, this.#keys(name), []));
    if (row.every((field) => field === "")) return undefined;
    const lease = leaseIn(name, row);
    if (lease === undefined) throw new ClusterRecordError(this.#link.key(`lease:${name}`));
    this.#note(name, lease.token);
    // The server's time becomes ours: how far off our own clock is does not matter.
    const offsetMs = this.#clock.wallNow() - Number(now);
    return { ...lease, takenAt: lease.takenAt + offsetMs, expiresAt: lease.expiresAt + offsetMs };
  }

  /** @throws {ClusterMemoryYoungError} while a holder may live that Redis has forgotten. */
  async take(name: string, seen: LeaseRow | undefined): Promise<LeaseClaim | undefined> {
    const wasSeen =
      seen === undefined
        ? ["", "", ""]
        : [seen.token, seen.renewals, seen.holder === undefined ? "" : JSON.stringify(seen.holder)];
    const args = [...wasSeen, this.#self, this.durationMs, this.#seenTokens.get(name) ?? 0];
    const [verdict, figure] = textsOf(await this.#link.run(takeScript, this.#keys(name), args));
    if (verdict === "young") throw new ClusterMemoryYoungError(name, Number(figure));
    if (verdict !== "taken") return undefined;
    this.#note(name, Number(figure));
    return { name, token: Number(figure), after: seen?.token ?? 0 };
  }

  async renew({ name, token }: LeaseClaim): Promise<boolean> {
    const args = [token, this.#self, this.durationMs, this.notes.knownIn(name)];
    return Number(await this.#link.run(renewScript, this.#keys(name), args)) === 1;
  }

  async release({ name, token }: LeaseClaim): Promise<void> {
    await this.#link.run(releaseScript, this.#keys(name), [token]);
  }

  fence(source: string, tenure: Tenure | undefined): void {
    this.#fences.allow(source, () => tenure?.isValid() ?? false);
    this.notes.hold(source, tenure);
  }

  #keys(name: string): readonly string[] {
    return [this.#link.key(`lease:${name}`), this.#link.key("memory")];
  }

  #note(name: string, token: number): void {
    this.#seenTokens.set(name, Math.max(token, this.#seenTokens.get(name) ?? 0));
  }
}

function textsOf(answer: unknown): readonly string[] {
  return (answer as readonly unknown[]).map(String);
}

/** As the server has it, by its own time; undefined when it is no lease. */
function leaseIn(name: string, [token, renewals, holder, ...times]: readonly string[]): LeaseRow | undefined {
  const [takenAt = 0, expiresAt = 0, durationMs = 0] = times.map(wholeNumber);
  const numbers = [wholeNumber(token), wholeNumber(renewals), takenAt, expiresAt, durationMs];
  const who = holder === "" ? undefined : holderIn(String(holder));
  if (numbers.some(Number.isNaN) || who === null) return undefined;
  return { name, token: Number(token), renewals: Number(renewals), holder: who, takenAt, expiresAt, durationMs };
}

function wholeNumber(text: string | undefined): number {
  return /^\d{1,15}$/.test(text ?? "") ? Number(text) : Number.NaN;
}

function holderIn(text: string): LeaseHolder | null {
  try {
    const holder = Object(JSON.parse(text)) as LeaseHolder;
    return typeof holder.pid === "number" && typeof holder.host === "string" ? holder : null;
  } catch {
    return null;
  }
}
