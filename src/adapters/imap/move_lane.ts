import { type Backoff, backoffDelay } from "../../app_runtime/base/backoff.ts";
import type { Uid } from "./mailbox_key.ts";

const backoff: Backoff = { initialDelayMs: 1_000, maxDelayMs: 5 * 60_000, factor: 2, jitter: 0.1 };

/**
 * One folder that finished mails are moved to, and how the server takes it. After a refusal it rests, and then tries fewer
 * mails at once: one that the server will never take must not keep the others.
 */
export class MoveLane {
  readonly folder: string;
  /** How the journal must know a mail that goes there. */
  readonly state: "done" | "dead";
  readonly #most: number;
  #batch: number;
  #refusals = 0;
  #isResting = false;
  #mayCreate = true;
  #trouble: string | undefined;

  /** `most` mails are moved with one command. */
  constructor(parts: { readonly folder: string; readonly state: "done" | "dead"; readonly most: number }) {
    this.folder = parts.folder;
    this.state = parts.state;
    this.#most = parts.most;
    this.#batch = parts.most;
  }

  get isResting(): boolean {
    return this.#isResting;
  }

  /** Why mails do not get there, in a sentence. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** The mails to try now. */
  next(pending: ReadonlySet<Uid>): readonly Uid[] {
    return this.#isResting ? [] : [...pending.values().take(this.#batch)];
  }

  /** Whether to make the folder, which is tried once until something worked: a server may say it is there and not mean it. */
  takeCreation(): boolean {
    const may = this.#mayCreate;
    this.#mayCreate = false;
    return may;
  }

  worked(): void {
    this.#refusals = 0;
    this.#mayCreate = true;
    this.#trouble = undefined;
    this.#batch = Math.min(this.#most, this.#batch * 2);
  }

  /**
   * None or not all of the `tried` mails were moved. It rests until `rested` is called. Answers for how long that should be,
   * in milliseconds. `random` gives 0 ≤ r < 1.
   */
  refused(trouble: string, tried: number, random: () => number): number {
    const restMs = backoffDelay(backoff, this.#refusals, random);
    this.#refusals += 1;
    this.#trouble = trouble;
    this.#batch = Math.max(1, Math.floor(tried / 2));
    this.#isResting = true;
    return restMs;
  }

  rested(): void {
    this.#isResting = false;
    this.#mayCreate = true;
  }
}
