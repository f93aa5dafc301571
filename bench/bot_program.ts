import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { startFlags } from "./start_flags.ts";

const program = fileURLToPath(new URL("../dist/mail_order_bot_app/main.js", import.meta.url));
const checkout = fileURLToPath(new URL("..", import.meta.url));
const endLimitMs = 40_000;

/** The bot as it is installed: compiled, in a node process of its own, started in the checkout. */
export class BotProgram {
  /** performance.now() just before it was spawned. */
  readonly spawnedAt: number;
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #printed = "";
  #onPrinted: () => void = () => undefined;

  constructor(args: readonly string[]) {
    if (!existsSync(program)) throw new Error(`There is no ${program}. Run npm run build first.`);
    this.spawnedAt = performance.now();
    this.#child = spawn(process.execPath, [...startFlags, program, ...args], {
      cwd: checkout,
      stdio: ["ignore", "pipe", "pipe"],
    });
    if (this.#child.pid === undefined) throw new Error(`${process.execPath} could not be started.`);
    this.pid = this.#child.pid;
    for (const output of [this.#child.stdout, this.#child.stderr]) {
      output?.on("data", (bytes: Buffer) => this.#take(bytes.toString()));
    }
    const endWithUs = () => this.#child.kill("SIGKILL");
    process.once("exit", endWithUs);
    this.#ended = new Promise((resolve) => {
      this.#child.once("exit", () => {
        process.off("exit", endWithUs);
        resolve();
      });
    });
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** What it has written so far, to either output. */
  get printed(): string {
    return this.#printed;
  }

  /** Resolves when it has printed `text`. @throws when it ends before, or has not after `limitMs`. */
  async prints(text: string, limitMs: number): Promise<void> {
    const found = Promise.withResolvers<void>();
    this.#onPrinted = () => {
      if (this.#printed.includes(text)) found.resolve();
    };
    this.#onPrinted();
    const fail = (why: string) =>
      found.reject(new Error(`The bot ${why} before it printed "${text}": ${this.#printed}`));
    void this.#ended.then(() => fail("ended"));
    const limit = setTimeout(() => fail(`ran for ${limitMs} ms`), limitMs);
    await found.promise.finally(() => clearTimeout(limit));
  }

  /** SIGTERM; resolves with the milliseconds until it was gone. @throws unless it went in peace. */
  async stop(): Promise<number> {
    const askedAt = performance.now();
    const limit = setTimeout(() => this.#child.kill("SIGKILL"), endLimitMs);
    this.#child.kill("SIGTERM");
    await this.#ended;
    clearTimeout(limit);
    if (this.#child.exitCode !== 0) {
      throw new Error(`The bot ended with ${this.#child.signalCode ?? this.#child.exitCode}: ${this.#printed}`);
    }
    return performance.now() - askedAt;
  }

  /** Whatever state it is in. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  #take(text: string): void {
    this.#printed += text;
    this.#onPrinted();
  }
}

/** Starts the bot for as long as `use` takes. */
export async function withBot<T>(args: readonly string[], use: (bot: BotProgram) => Promise<T>): Promise<T> {
  const bot = new BotProgram(args);
  try {
    return await use(bot);
  } finally {
    if (bot.running) await bot.kill();
  }
}
