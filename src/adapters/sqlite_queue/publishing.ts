import type { Task } from "../../app_runtime/contracts/task.ts";
import { type PublishResult, QueueClosedError } from "../../app_runtime/contracts/task_queue.ts";
import { PublishLine } from "./publish_line.ts";
import type { QueueFiles } from "./queue_files.ts";
import type { Step, StepResult, TaskRow } from "./queue_protocol.ts";
import { rowOf } from "./task_row.ts";

/** Puts tasks into the file; those for whom there is no room wait in line. */
export class Publishing {
  readonly #queue: string;
  readonly #files: QueueFiles;
  readonly #do: (step: () => Step, size: number) => Promise<StepResult>;
  readonly #room: () => number;
  readonly #onWait: () => void;
  readonly #line = new PublishLine();
  #closed = false;
  #published = 0;
  #duplicates = 0;

  constructor(parts: {
    readonly queue: string;
    readonly files: QueueFiles;
    readonly do: (step: () => Step, size: number) => Promise<StepResult>;
    /** For how many more there is room, as far as this process knows. */
    readonly room: () => number;
    /** One more waits. */
    readonly onWait: () => void;
  }) {
    this.#queue = parts.queue;
    this.#files = parts.files;
    this.#do = parts.do;
    this.#room = parts.room;
    this.#onWait = parts.onWait;
  }

  get published(): number {
    return this.#published;
  }

  get duplicates(): number {
    return this.#duplicates;
  }

  /** Publishers that wait for room. */
  get waiting(): number {
    return this.#line.length;
  }

  publish(task: Task, options?: { readonly signal?: AbortSignal }): Promise<PublishResult> {
    const signal = options?.signal;
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    const row = rowOf(task);
    return this.#store(row, () => this.#line.length === 0).then((result) => {
      if (result !== "full") return result;
      if (this.#closed) throw new QueueClosedError(this.#queue);
      const waiting = this.#line.wait(row, signal);
      this.admit();
      this.#onWait();
      return waiting;
    });
  }

  tryPublish(task: Task): Promise<PublishResult | "full"> {
    return this.#store(rowOf(task), () => this.#line.length === 0);
  }

  /** Lets in who waits, as far as there is room. */
  admit(): void {
    if (this.#line.length === 0 || this.#closed) return;
    this.#line.admit(this.#room(), (row) => this.#store(row, () => true));
  }

  /** Who waits is refused; who is being asked for, when he has his answer and this is called again. */
  close(): void {
    this.#closed = true;
    this.#line.rejectAll(new QueueClosedError(this.#queue));
  }

  #store(row: TaskRow, admit: () => boolean): Promise<PublishResult | "full"> {
    return this.#do(() => ({ kind: "publish", row, admit: admit() }), row.body.length).then((result) => {
      if (this.#files.gone !== undefined) throw this.#files.gone;
      if (result === "stored") this.#published += 1;
      if (result === "duplicate") this.#duplicates += 1;
      return result as PublishResult | "full";
    });
  }
}
