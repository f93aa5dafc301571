import { randomUUID } from "node:crypto";

/**
 * A number in Redis that grows with each script that stored tasks of this runtime: a server that comes back from an older copy
 * of its data has a smaller one, or none.
 */
export class AcceptedTrail {
  readonly id = randomUUID();
  #sent = 0;
  #confirmed = 0;

  /** What Redis has at least, as long as it forgets nothing. */
  get confirmed(): number {
    return this.#confirmed;
  }

  /** For the next script. */
  next(): number {
    this.#sent += 1;
    return this.#sent;
  }

  /** The script with that number was answered: something is stored. */
  confirm(sent: number): void {
    this.#confirmed = Math.max(this.#confirmed, sent);
  }

  /** What is lost has been told. */
  restart(): void {
    this.#confirmed = 0;
  }
}
