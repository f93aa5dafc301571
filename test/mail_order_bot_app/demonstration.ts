import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { onTestFinished } from "vitest";
import { freePort } from "../support/free_port.ts";

const builtProgram = join(import.meta.dirname, "../../dist/mail_order_bot_app/main.js");

export interface ProgramEnd {
  readonly code: number | null;
  readonly output: string;
}

/** The bot as its users start it: a process of its own, with a data directory and ports of its own. */
export class BotProgram {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  #output = "";
  #changed = Promise.withResolvers<void>();

  constructor(argv: readonly string[], program = builtProgram) {
    this.#child = spawn(process.execPath, [program, ...argv], { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.#output += text;
        this.#changed.resolve();
        this.#changed = Promise.withResolvers();
      });
    }
    const ended = once(this.#child, "close");
    onTestFinished(async () => {
      this.kill("SIGKILL");
      await ended;
    });
  }

  get output(): string {
    return this.#output;
  }

  /** What `| head -1` does after the first line. */
  stopListening(): void {
    this.#child.stdout.destroy();
  }

  kill(signal: NodeJS.Signals): void {
    if (this.#child.exitCode === null) this.#child.kill(signal);
  }

  /** Resolves once it has said so; rejects with all it has said when it ends before. */
  async says(text: string): Promise<void> {
    const ended = once(this.#child, "close").then(() => "ended");
    while (!this.#output.includes(text)) {
      if ((await Promise.race([this.#changed.promise, ended])) === "ended" && !this.#output.includes(text)) {
        throw new Error(`It ended without saying "${text}":\n${this.#output}`);
      }
    }
  }

  async end(): Promise<ProgramEnd> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, "close");
    return { code: this.#child.exitCode, output: this.#output };
  }
}

export interface DemoPlace {
  readonly dataDir: string;
  readonly controlPort: number;
  readonly imapPort: number;
  readonly smtpPort: number;
}

export async function demoPlace(dataDir: string): Promise<DemoPlace> {
  return { dataDir, controlPort: await freePort(), imapPort: await freePort(), smtpPort: await freePort() };
}

/** What `npm start` runs, moved to another place. */
export function startDemo(
  { dataDir, controlPort, imapPort, smtpPort }: DemoPlace,
  more: Readonly<Record<string, string | number>> = {},
): BotProgram {
  const settings = {
    "platform.dataDir": dataDir,
    "platform.log.file": join(dataDir, "runtime.log"),
    "platform.control.port": controlPort,
    "platform.demo.imapPort": imapPort,
    "platform.demo.smtpPort": smtpPort,
    "platform.demo.inbox": join(dataDir, "inbox"),
    "platform.demo.sent": join(dataDir, "sent"),
    "platform.smtp.port": smtpPort,
    "sources.inbox.port": imapPort,
    ...more,
  };
  return new BotProgram(Object.entries(settings).flatMap(([key, value]) => ["--set", `${key}=${value}`]));
}
