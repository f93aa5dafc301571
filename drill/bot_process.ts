import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ControlClient } from "./control_client.ts";
import type { Faults } from "./faults.ts";
import { until } from "./until.ts";

/** How a node process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Date.now() */
  readonly at: number;
}

/** A line of the bot's log. */
export interface LogEntry {
  readonly level: string;
  readonly time: string;
  readonly unit: string;
  readonly kind: string;
  readonly code?: string;
  readonly msg: string;
  readonly report?: { readonly drained: number; readonly requeued: number; readonly abandoned: number };
  readonly version?: string;
}

export interface BotSettings {
  readonly configFile: string;
  readonly controlPort: number;
  /** Everything it prints is appended there. */
  readonly logFile: string;
  /** Another runtime than the bot. */
  readonly program?: string;
  /** Absent: the bot as it is delivered. */
  readonly faults?: Faults;
  /** For node itself. */
  readonly nodeArguments?: readonly string[];
  /** Further `--set` values. */
  readonly settings?: readonly string[];
}

const startLimitMs = 15_000;
const root = join(import.meta.dirname, "..");
const botProgram = join(root, "src/mail_order_bot_app/main.ts");
const faultyProgram = join(root, "drill/faulty_bot.ts");

/** Those that would outlive a drill that is interrupted. */
const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** The real bot in a node process of its own. */
export class BotProcess {
  readonly control: ControlClient;
  readonly log: LogEntry[] = [];
  /** What it wrote to standard error. */
  errors = "";
  readonly #child: ChildProcess;
  readonly #exit = Promise.withResolvers<Exit>();
  readonly #settings: BotSettings;
  readonly #readers = new Set<(entry: LogEntry) => boolean>();
  #exited: Exit | undefined;

  private constructor(settings: BotSettings) {
    this.#settings = settings;
    this.control = new ControlClient(settings.controlPort);
    const { program = settings.faults === undefined ? botProgram : faultyProgram } = settings;
    const args = [...(settings.nodeArguments ?? []), program, "--config", settings.configFile];
    for (const setting of settings.settings ?? []) args.push("--set", setting);
    this.#child = spawn(process.execPath, args, {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...(settings.faults && { DRILL_FAULTS: JSON.stringify(settings.faults) }) },
    });
    running.add(this.#child);
    this.#listen();
  }

  static start(settings: BotSettings): BotProcess {
    return new BotProcess(settings);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get controlPort(): number {
    return this.#settings.controlPort;
  }

  /** How it ended; undefined while it runs. */
  get exited(): Exit | undefined {
    return this.#exited;
  }

  /** Resolves when /readyz says yes. @throws {DrillTimeoutError}, or with its last words when it ended instead. */
  async ready(limitMs = startLimitMs): Promise<void> {
    await until("A bot that is ready", limitMs, async () => {
      if (this.#exited !== undefined)
        throw new Error(`The bot ended at its start (${this.#exited.code}): ${this.errors}`);
      return (await this.control.probe("/readyz")) === 200;
    });
  }

  /** Resolves when it has ended. @throws {DrillTimeoutError} */
  async ended(limitMs: number): Promise<Exit> {
    await until("The end of the bot", limitMs, () => this.#exited);
    return await this.#exit.promise;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** SIGKILL: nothing in it can notice. */
  async kill(): Promise<Exit> {
    this.signal("SIGKILL");
    return await this.#exit.promise;
  }

  /** SIGTERM, and SIGKILL when that is not enough. */
  async stop(limitMs = 35_000): Promise<Exit> {
    this.signal("SIGTERM");
    return await this.ended(limitMs).catch(() => this.kill());
  }

  /** Called with each line to come, until it answers true. */
  onLine(reader: (entry: LogEntry) => boolean): void {
    this.#readers.add(reader);
  }

  /** The first line of its log that says this. */
  heard(sentence: RegExp): LogEntry | undefined {
    return this.log.find((entry) => sentence.test(entry.msg));
  }

  #listen(): void {
    const child = this.#child;
    const { stdout, stderr } = child;
    if (stdout !== null) createInterface({ input: stdout }).on("line", (line) => this.#read(line));
    stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.errors += text;
      appendFileSync(this.#settings.logFile, text);
    });
    // Not "exit": what it said last is read first.
    child.once("close", (code, signal) => {
      running.delete(child);
      this.#exited = { code, signal, at: Date.now() };
      appendFileSync(this.#settings.logFile, `--- pid ${this.pid} ended: ${signal ?? code}\n`);
      this.#exit.resolve(this.#exited);
    });
  }

  #read(line: string): void {
    appendFileSync(this.#settings.logFile, `${line}\n`);
    const entry = entryIn(line);
    if (entry === undefined) return;
    this.log.push(entry);
    for (const reader of this.#readers) if (reader(entry)) this.#readers.delete(reader);
  }
}

/** Undefined for the half line of a process that was killed. */
function entryIn(line: string): LogEntry | undefined {
  try {
    return JSON.parse(line) as LogEntry;
  } catch {
    return undefined;
  }
}
