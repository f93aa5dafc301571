import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../test/support/free_port.ts";
import { makeTempDir } from "../../test/support/make_temp_dir.ts";
import { type ConfigTree, merged, yamlOf } from "../bot_config.ts";
import { BotProcess } from "../bot_process.ts";
import type { DrillOptions, DrillResult } from "../drill.ts";
import { Recovery } from "../recovery.ts";
import { until } from "../until.ts";
import { Witness } from "../witness.ts";
import { judgeTasks } from "./judge_tasks.ts";
import { type BackingName, type BackingOptions, openBacking, type QueueBacking } from "./queue_backing.ts";
import { MountRefusedError } from "./small_disk.ts";
import { type LedgerEntry, readTaskLedger } from "./task_ledger.ts";

export interface QueueStageOptions extends Omit<BackingOptions, "directory"> {
  readonly drill: string;
  readonly backing: BackingName;
  readonly options: DrillOptions;
  /** Over `queues.work`. */
  readonly queue?: ConfigTree;
  /** The queue itself forgets in this drill: what is lost is a figure, not a broken promise. */
  readonly forgets?: boolean;
}

/** What a runtime of the drill is there for. */
export interface Role {
  /** Tasks it makes: the keys of the feeder. Absent: none. */
  readonly feed?: ConfigTree;
  /** Its pool: the keys of `workers.work`. Absent: it works none. */
  readonly work?: ConfigTree;
  readonly platform?: ConfigTree;
  /** Sources by name, beside the feeder. */
  readonly sources?: ConfigTree;
  /** For node itself: ["--max-old-space-size=64"]. */
  readonly nodeArguments?: readonly string[];
}

const nothingDone: DrillResult = {
  accepted: 0,
  lost: 0,
  duplicatedEffects: 0,
  duplicateConfirmations: 0,
  recoveryS: undefined,
  said: new Witness().said,
  figures: {},
  broken: [],
};

const outDirectory = join(import.meta.dirname, "../out");
const program = join(import.meta.dirname, "pipeline_program.ts");

/** The stage of a drill of a queue: what keeps its tasks, some runtimes that share it, and the ledger beside them. */
export class QueueStage {
  readonly witness = new Witness();
  readonly recovery = new Recovery();
  readonly broken: string[] = [];
  readonly figures: Record<string, number | string> = {};
  /** Tasks that nobody waits for are left in the queue: what is accepted and has no end is not lost then. */
  unfinished = 0;
  readonly backing: QueueBacking;
  readonly directory: string;
  readonly #parts: QueueStageOptions;
  readonly #runtimes: BotProcess[] = [];
  readonly #feeders: BotProcess[] = [];

  private constructor(parts: QueueStageOptions, backing: QueueBacking, directory: string) {
    this.#parts = parts;
    this.backing = backing;
    this.directory = directory;
  }

  /** Plays a drill on a fresh stage and clears it away, whatever happens. */
  static async play(parts: QueueStageOptions, act: (stage: QueueStage) => Promise<void>): Promise<DrillResult> {
    await using undo = new AsyncDisposableStack();
    const { path: directory } = undo.adopt(makeTempDir(), (temp) => temp.remove());
    mkdirSync(join(directory, "effects"));
    const backing = await openBacking(parts.backing, { ...parts, directory }).catch(unlessRefused);
    if (backing instanceof MountRefusedError) return { ...nothingDone, skipped: backing.message };
    undo.use(backing);
    const stage = new QueueStage(parts, backing, directory);
    undo.defer(() => stage.#killAll());
    await act(stage).catch((error: unknown) => {
      stage.broken.push(`The drill broke off: ${String(error)}`);
    });
    return await stage.#result();
  }

  /** A runtime in a node process of its own. */
  async start(name: string, { feed, work, platform = {}, sources = {}, nodeArguments }: Role): Promise<BotProcess> {
    const controlPort = await freePort();
    const dataDir = join(this.backing.disk?.path ?? this.directory, `data-${this.#runtimes.length}`);
    const configFile = join(this.directory, `${name}.yaml`);
    const config = {
      platform: merged({ name, dataDir, control: { port: controlPort }, log: { format: "json" } }, platform),
      queues: { work: merged(this.backing.config, this.#parts.queue ?? {}) },
      sources: { ...(feed && { feeder: merged({ adapter: "feeder", queue: "work" }, feed) }), ...sources },
      ...(work && { workers: { work: merged({ queue: "work", handler: "behave" }, work) } }),
    };
    writeFileSync(configFile, yamlOf(config));
    const runtime = BotProcess.start({
      configFile,
      controlPort,
      logFile: join(this.directory, `${name}.log`),
      program,
      ...(nodeArguments && { nodeArguments }),
    });
    runtime.onLine((entry) => {
      if (entry.level === "warn" || entry.level === "error") this.witness.hears("log", entry.msg);
      return false;
    });
    this.#runtimes.push(runtime);
    if (feed !== undefined) this.#feeders.push(runtime);
    return runtime;
  }

  ledger(): readonly LedgerEntry[] {
    return readTaskLedger(this.directory);
  }

  count(what: LedgerEntry["what"]): number {
    return new Set(this.ledger().flatMap((entry) => (entry.what === what ? [entry.id] : []))).size;
  }

  /** So many tasks have come to an end: an effect, or a dead letter. */
  async ended(tasks: number, limitMs: number): Promise<void> {
    await until(`The end of ${tasks} tasks`, limitMs, () => {
      const ended = this.ledger().filter(({ what }) => what === "effect" || what === "dead");
      return new Set(ended.map(({ id }) => id)).size >= tasks;
    });
  }

  /** The first entry that matches; waits for it. */
  async noted(what: string, limitMs: number, matches: (entry: LedgerEntry) => boolean): Promise<LedgerEntry> {
    return await until(what, limitMs, () => this.ledger().find(matches));
  }

  /** What made tasks stops, and makes no more. */
  async stopFeeding(): Promise<void> {
    await Promise.all(this.#feeders.map((feeder) => (feeder.exited === undefined ? feeder.stop() : undefined)));
  }

  promise(kept: boolean, otherwise: string): void {
    if (!kept) this.broken.push(otherwise);
  }

  async #result(): Promise<DrillResult> {
    await Promise.all(this.#runtimes.map((runtime) => (runtime.exited === undefined ? runtime.stop() : undefined)));
    const { forgets = false, options } = this.#parts;
    const { accepted, lost, doubledEffects, repeatsKeptOut, broken } = judgeTasks(this.ledger(), {
      forgets,
      unfinished: this.unfinished,
    });
    this.broken.push(...broken);
    this.figures.repeatsKeptOut = repeatsKeptOut;
    if (this.broken.length > 0 || options.keep) this.#keepEvidence();
    return {
      accepted,
      lost,
      duplicatedEffects: doubledEffects,
      duplicateConfirmations: 0,
      recoveryS: this.recovery.seconds,
      said: this.witness.said,
      figures: this.figures,
      broken: this.broken,
    };
  }

  #keepEvidence(): void {
    const { drill, options } = this.#parts;
    const place = join(outDirectory, `${drill}-${options.seed}`);
    rmSync(place, { recursive: true, force: true });
    cpSync(this.directory, place, { recursive: true });
    this.figures.evidence = place;
  }

  async #killAll(): Promise<void> {
    await Promise.all(this.#runtimes.map((runtime) => (runtime.exited === undefined ? runtime.kill() : undefined)));
  }
}

function unlessRefused(error: unknown): MountRefusedError {
  if (error instanceof MountRefusedError) return error;
  throw error;
}
