import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import type { Clock } from "../../app_runtime/base/clock.ts";
import { messageOf } from "../../app_runtime/base/runtime_error.ts";
import { within } from "../../app_runtime/base/within.ts";
import { DatabaseUnavailableError, errorOf } from "./sqlite_errors.ts";
import type { FirstWord, ThreadAnswer, ThreadData, ThreadSettings, ToThread } from "./thread_protocol.ts";

/** Type stripping runs the sources as they are; a build has beside this file what it was compiled to. */
const threadFile = new URL(
  import.meta.url.endsWith(".ts") ? "./sqlite_thread.ts" : "./sqlite_thread.js",
  import.meta.url,
);

/** One life of the database's thread, from this side. It does not come back after its death. */
export class DatabaseThread {
  readonly #worker: Worker;
  /** Where the answers come: they can be looked for there without waiting for the event loop. */
  readonly #answers: MessagePort;
  readonly #path: string;
  readonly #opened = Promise.withResolvers<void>();
  readonly #gone = Promise.withResolvers<string>();
  #onAnswer: (answer: ThreadAnswer) => void = () => undefined;

  private constructor(settings: ThreadSettings) {
    this.#path = settings.path;
    const { port1, port2 } = new MessageChannel();
    this.#answers = port1;
    this.#worker = new Worker(threadFile, {
      name: "sqlite",
      workerData: { settings, answers: port2 } satisfies ThreadData,
      transferList: [port2],
      execArgv: [],
      env: {},
    });
    let cause = "its thread ended unexpectedly";
    this.#worker.on("message", (message: FirstWord) => this.#opens(message));
    this.#answers.on("message", (answer: ThreadAnswer) => this.#onAnswer(answer));
    this.#worker.on("error", (thrown) => {
      cause = `its thread failed: ${messageOf(thrown)}`;
    });
    this.#worker.on("exit", () => {
      this.takeAnswers();
      this.#answers.close();
      this.#opened.reject(new DatabaseUnavailableError(this.#path, cause));
      this.#gone.resolve(cause);
    });
  }

  /** @throws a typed error when the file cannot be opened or does not open within `limitMs`. */
  static async open(settings: ThreadSettings, clock: Clock, limitMs: number): Promise<DatabaseThread> {
    const thread = new DatabaseThread(settings);
    try {
      await within(clock, limitMs, `Opening the database ${settings.path}`, thread.#opened.promise);
      return thread;
    } catch (thrown) {
      thread.kill();
      throw thrown;
    }
  }

  /** Resolves with the reason once the thread has ended, whatever ended it. */
  get gone(): Promise<string> {
    return this.#gone.promise;
  }

  onAnswer(take: (answer: ThreadAnswer) => void): void {
    this.#onAnswer = take;
  }

  post(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  /** Takes what has been answered already, in the middle of a turn of the event loop. */
  takeAnswers(): void {
    for (
      let next = receiveMessageOnPort(this.#answers);
      next !== undefined;
      next = receiveMessageOnPort(this.#answers)
    ) {
      this.#onAnswer(next.message);
    }
  }

  /** Lets the thread close the file; a thread that does not answer in time is ended. */
  async close(clock: Clock, limitMs: number): Promise<void> {
    this.post({ kind: "close" });
    try {
      await within(clock, limitMs, `Closing the database ${this.#path}`, this.#gone.promise);
    } catch {
      this.kill();
    }
  }

  kill(): void {
    void this.#worker.terminate();
  }

  #opens(message: FirstWord): void {
    if (message.kind === "opened") this.#opened.resolve();
    else this.#opened.reject(errorOf(this.#path, message.failure));
  }
}
