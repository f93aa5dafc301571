import type { Clock } from "../../app_runtime/base/clock.ts";
import { Fifo } from "../../app_runtime/base/fifo.ts";
import { LoopTurn } from "./loop_turn.ts";
import type { Step, StepResult, Work, WorkDone } from "./queue_protocol.ts";

/** Steps that share one transaction at most, and the characters they carry unless one alone has more. */
const mostSteps = 500;
const mostCharacters = 4_000_000;

interface Waiting {
  /** Asked when it is sent: what it says may depend on what was answered meanwhile. */
  readonly step: () => Step;
  /** Characters that it carries. */
  readonly size: number;
  readonly resolve: (result: StepResult) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: steps that come while the database works on others go together in its next transaction, in the order in which
 * they came, with the hand-outs asked for by then.
 */
export class WorkLine {
  readonly #run: (steps: readonly Step[], isAlone: boolean) => Promise<WorkDone>;
  /** Something is to be done even without a step. */
  readonly #isWanted: () => boolean;
  readonly #onDone: (done: WorkDone) => void;
  readonly #onFailure: (error: unknown) => void;
  readonly #splits: (error: unknown) => boolean;
  readonly #turn: LoopTurn;
  readonly #takeAnswers: () => void;
  readonly #waiting = new Fifo<Waiting>();
  #working = false;
  #scheduled = false;
  #idle: PromiseWithResolvers<void> | undefined;

  constructor(parts: {
    readonly clock: Clock;
    readonly run: (steps: readonly Step[], isAlone: boolean) => Promise<WorkDone>;
    readonly isWanted: () => boolean;
    readonly onDone: (done: WorkDone) => void;
    readonly onFailure: (error: unknown) => void;
    /** The fault of one step: the others are tried without it. */
    readonly splits: (error: unknown) => boolean;
    /** Hears of a transaction that is done by now. */
    readonly takeAnswers: () => void;
  }) {
    this.#run = parts.run;
    this.#isWanted = parts.isWanted;
    this.#onDone = parts.onDone;
    this.#onFailure = parts.onFailure;
    this.#splits = parts.splits;
    this.#turn = new LoopTurn(parts.clock);
    this.#takeAnswers = parts.takeAnswers;
  }

  do(step: () => Step, size = 0): Promise<StepResult> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ step, size, resolve, reject });
      this.wake();
    });
  }

  /** There may be something to do: at the end of this turn of the loop, so that what belongs together comes together. */
  wake(): void {
    if (this.#turn.lastsLong()) {
      if (this.#working) this.#takeAnswers();
      else void this.#work();
    }
    if (this.#working || this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      void this.#work();
    });
  }

  /** Resolves when nothing is under way and nothing is wanted. */
  idle(): Promise<void> {
    if (!this.#working && !this.#scheduled) return Promise.resolve();
    this.#idle ??= Promise.withResolvers();
    return this.#idle.promise;
  }

  async #work(): Promise<void> {
    if (this.#working) return;
    const batch = this.#next();
    if (batch.length > 0 || this.#isWanted()) {
      this.#working = true;
      await this.#together(batch);
      this.#working = false;
      if (this.#waiting.size > 0 || this.#isWanted()) return this.wake();
    }
    this.#idle?.resolve();
    this.#idle = undefined;
  }

  #next(): readonly Waiting[] {
    const batch: Waiting[] = [];
    let characters = 0;
    for (let next = this.#waiting.peek(); next !== undefined; next = this.#waiting.peek()) {
      characters += next.size;
      if (batch.length === mostSteps || (batch.length > 0 && characters > mostCharacters)) break;
      batch.push(next);
      this.#waiting.shift();
    }
    return batch;
  }

  async #together(batch: readonly Waiting[]): Promise<void> {
    let done: WorkDone;
    try {
      done = await this.#run(
        batch.map(({ step }) => step()),
        false,
      );
    } catch (error) {
      if (batch.length > 1 && this.#splits(error)) {
        for (const each of batch) await this.#alone(each);
      } else {
        for (const each of batch) each.reject(error);
        this.#onFailure(error);
      }
      return;
    }
    this.#finish(batch, done);
  }

  async #alone(each: Waiting): Promise<void> {
    let done: WorkDone;
    try {
      done = await this.#run([each.step()], true);
    } catch (error) {
      each.reject(error);
      this.#onFailure(error);
      return;
    }
    this.#finish([each], done);
  }

  #finish(batch: readonly Waiting[], done: WorkDone): void {
    // First what everybody may look at once he is answered.
    this.#onDone(done);
    batch.forEach((each, index) => {
      each.resolve(done.results[index] ?? null);
    });
  }
}

/** What must be on the disk before it is answered, if anything must: leases may be lost with the machine. */
export function mustLast(work: Pick<Work, "steps">): boolean {
  return work.steps.some(({ kind }) => kind !== "renew" && kind !== "expire" && kind !== "put_back");
}
