import { RuntimeError } from "../base/runtime_error.ts";
import type { JsonValue } from "./task.ts";

/** Who works under a lease, for people. */
export interface LeaseHolder {
  readonly pid: number;
  readonly host: string;
}

/** Names one holding of a lease: the fencing token grows with every new holder, so an older claim is known as such. */
export interface LeaseClaim {
  readonly name: string;
  readonly token: number;
  /** The token of the holding before it, as far as the store remembers; 0 for none. */
  readonly after?: number;
}

/** What somebody who works under a lease may know of it. */
export interface Tenure {
  readonly claim: LeaseClaim;
  /** Asked before something that cannot be taken back: false once the lease may have run out. */
  isValid(): boolean;
}

/** A lease as its store has it. */
export interface LeaseRow extends LeaseClaim {
  /** Grows with every renewal: while it stands still, so does its holder. */
  readonly renewals: number;
  /** Undefined: it was released and is free. */
  readonly holder: LeaseHolder | undefined;
  /** Milliseconds since 1970 UTC. */
  readonly takenAt: number;
  readonly expiresAt: number;
  readonly durationMs: number;
}

/**
 * Leases by which several runtimes agree who works what. A lease is held for a limited time and renewed. Every store passes
 * `leasePromises` of app_runtime/testing.
 */
export interface LeaseStore {
  /** How long a lease lasts without renewal, in milliseconds. */
  readonly durationMs: number;
  /**
   * Whether leases lie in the database that has the effects, which then refuses what is written under an old claim: a holder
   * that was stopped may go on if nobody took over. Without it time alone keeps two holders apart, and a holder that could
   * not renew gives up before its lease can end.
   */
  readonly fencesWrites: boolean;
  /** Absent where runtimes share a journal. */
  readonly succession?: SourceSuccession;
  /** For what one holder of a source must tell the next. Absent where they share a journal, whose checkpoints do. */
  readonly notes?: LeaseNotes;
  /** Undefined while nobody has ever held it. */
  look(name: string): Promise<LeaseRow | undefined>;
  /** Takes the lease if it still is as `seen`. Undefined when somebody was faster. */
  take(name: string, seen: LeaseRow | undefined): Promise<LeaseClaim | undefined>;
  /** False: the claim is no longer the current one. */
  renew(claim: LeaseClaim): Promise<boolean>;
  /** The lease is free at once. A claim that is no longer the current one changes nothing. */
  release(claim: LeaseClaim): Promise<void>;
  /**
   * From now on the journal takes what concerns tasks of `source` only under `tenure`; without one, not at all: another
   * runtime works it.
   */
  fence(source: string, tenure: Tenure | undefined): void;
}

/** Small values kept with the leases of sources, one for each source. */
export interface LeaseNotes {
  /** Undefined before the first, and when the store has forgotten it. @throws {LeaseFencedError} as `write`. */
  read(source: string): Promise<JsonValue | undefined>;
  /** @throws {LeaseFencedError} unless this runtime holds the lease of the source. */
  write(source: string, note: JsonValue): Promise<void>;
}

/** What a journal of its own must know of a source that other runtimes work too, each with another journal. */
export interface SourceSuccession {
  /** Whether another journal has accounted for the source since this one did. */
  wasElsewhere(source: string, claim: LeaseClaim): Promise<boolean>;
  /**
   * From now on this journal accounts for it. If it was elsewhere, what was offered here and is not finished is forgotten:
   * somebody else may have done it, and what nobody has done is found outside again.
   */
  begins(source: string, claim: LeaseClaim): Promise<void>;
}

/** The journal's side of leases that lie elsewhere. */
export interface SourceFences extends SourceSuccession {
  /** Asked before each write that concerns tasks of the source. */
  allow(source: string, isAllowed: () => boolean): void;
}

/** Another runtime holds the lease of what this concerns; nothing was written. */
export class LeaseFencedError extends RuntimeError {
  readonly code = "LEASE_FENCED";

  constructor(what: string) {
    super(
      `Another runtime works ${what}; nothing was written here. /status names the runtime that holds it: ask that one.`,
    );
  }
}
