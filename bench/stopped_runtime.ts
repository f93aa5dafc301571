import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { monotonicMs } from "./monotonic_ms.ts";
import type { Note } from "./stop_program.ts";

const program = new URL("./stop_program.ts", import.meta.url);
const patienceMs = 60_000;
const lookMs = 5;

/** A runtime in a process of its own, until it is told to go. */
export class StoppedRuntime implements AsyncDisposable {
  readonly notes: Note[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  private constructor(configFile: string) {
    this.#child = fork(program, [configFile], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    this.#child.on("message", (message) => this.notes.push(message as Note));
    this.#ended = once(this.#child, "exit");
  }

  /** Resolves when it runs. */
  static async start(configFile: string): Promise<StoppedRuntime> {
    const runtime = new StoppedRuntime(configFile);
    await runtime.noted("running", 1);
    return runtime;
  }

  of(what: Note["what"]): readonly Note[] {
    return this.notes.filter((note) => note.what === what);
  }

  /** Resolves when it has noted so many. @throws when it ends before, or takes too long. */
  async noted(what: Note["what"], count: number): Promise<void> {
    const limitAt = monotonicMs() + patienceMs;
    while (this.of(what).length < count) {
      if (this.#hasEnded) throw new Error(`The runtime ended before ${count} were noted as ${what}.`);
      if (monotonicMs() > limitAt) throw new Error(`Of ${count} only ${this.of(what).length} were noted as ${what}.`);
      await pause(lookMs);
    }
  }

  /** SIGTERM; resolves with the time at which it was told, and at which it was gone. @throws unless it went in peace. */
  async stop(): Promise<{ readonly askedAt: number; readonly goneAt: number }> {
    const askedAt = monotonicMs();
    this.#child.kill("SIGTERM");
    const limit = setTimeout(() => this.#child.kill("SIGKILL"), patienceMs);
    await this.#ended;
    const goneAt = monotonicMs();
    clearTimeout(limit);
    if (this.#child.exitCode !== 0) {
      throw new Error(`The runtime ended with ${this.#child.signalCode ?? this.#child.exitCode}.`);
    }
    return { askedAt, goneAt };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#hasEnded) return;
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}
