import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { onTestFinished } from "vitest";

/** That it might act under a lease, and when by the machine's monotonic clock, in milliseconds. */
export interface Act {
  readonly who: string;
  readonly token: number;
  readonly at: number;
}

/** The monotonic clock that all processes of this machine share. */
export function machineNow(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}

/** A runtime in miniature, as a node process of its own (holder_program.ts). */
export class Holder {
  readonly name: string;
  readonly acts: Act[] = [];
  readonly #process: ChildProcess;
  #isReady = false;
  #errors = "";

  private constructor(name: string, child: ChildProcess) {
    this.name = name;
    this.#process = child;
    let rest = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#read(line);
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#errors += text;
    });
  }

  static async start(name: string, port: number, cluster: string, leaseMs: number): Promise<Holder> {
    const program = join(import.meta.dirname, "holder_program.ts");
    const child = spawn(process.execPath, [program, String(port), cluster, String(leaseMs)], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const holder = new Holder(name, child);
    onTestFinished(() => holder.kill());
    await until(`${name} is ready`, () => holder.#isReady || child.exitCode !== null);
    if (!holder.#isReady) throw new Error(holder.#errors);
    return holder;
  }

  /** Until it acts under its lease, or did so after `since` (machineNow). When that was. */
  async works(since = 0): Promise<Act> {
    return await until(`${this.name} works`, () => this.acts.find(({ at }) => at > since));
  }

  get lastAct(): Act | undefined {
    return this.acts.at(-1);
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  async stop(): Promise<void> {
    await this.#end("SIGTERM");
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, "close");
    child.kill(signal);
    await closed;
  }

  #read(line: string): void {
    const [word, token, at] = line.split(" ");
    if (word === "ready") this.#isReady = true;
    else this.acts.push({ who: this.name, token: Number(token), at: Number(at) });
  }
}

/** Those whose acts lie among the acts of one that came after them: two held the lease at once. */
export function overlaps(holders: readonly Holder[]): readonly Act[] {
  let highest = 0;
  const sorted = holders.flatMap(({ acts }) => acts).toSorted((a, b) => a.at - b.at || a.token - b.token);
  return sorted.filter(({ token }) => {
    highest = Math.max(highest, token);
    return token < highest;
  });
}

export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  limitMs = 20_000,
): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`It took more than ${limitMs} ms until ${what}.`);
    await delay(5);
  }
}
