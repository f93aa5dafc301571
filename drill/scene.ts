import { cpSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Dovecot } from "../test/support/dovecot.ts";
import { freePort } from "../test/support/free_port.ts";
import { ImapWire } from "../test/support/imap_wire.ts";
import { makeTempDir, type TempDir } from "../test/support/make_temp_dir.ts";
import { TcpProxy } from "../test/support/tcp_proxy.ts";
import { botConfig, type ConfigTree, merged, writeDataFiles, yamlOf } from "./bot_config.ts";
import { BotProcess, type LogEntry } from "./bot_process.ts";
import type { DrillOptions, DrillResult } from "./drill.ts";
import type { Faults } from "./faults.ts";
import { type Ledger, readLedger } from "./ledger.ts";
import { DovecotServer, type MailServer, type MailServerName, startMailServer } from "./mail_server.ts";
import { type Death, judge } from "./oracle.ts";
import { type OrderMail, OrderMails } from "./order_mails.ts";
import { Recovery } from "./recovery.ts";
import { type Confirmation, SmtpSink } from "./smtp_sink.ts";
import { until } from "./until.ts";
import { removeAllMails } from "./visitor.ts";
import { Witness } from "./witness.ts";

export interface SceneOptions {
  readonly drill: string;
  readonly options: DrillOptions;
  /** Over the drills' own configuration. */
  readonly config?: ConfigTree;
  /** How long the SMTP sink thinks before its 250. */
  readonly smtpHoldMs?: number;
  /** Default: Dovecot. */
  readonly server?: MailServerName;
  /** Default: INBOX. */
  readonly folder?: string;
  /** Of several machines, each of which has a database of its own; default: the one in `data`. */
  readonly books?: SceneBooks;
}

/** What was written down, and what was answered, as the oracle is to see it. */
export interface SceneBooks {
  ledger(): Ledger;
  confirmations(scene: Scene): readonly Confirmation[];
}

const outDirectory = join(import.meta.dirname, "out");
const witnessEveryMs = 150;

/**
 * The stage of a drill: a private mail server and an SMTP sink, each behind a proxy that can fail, and the bot between them.
 * It collects what the bot says, and judges at the end.
 */
export class Scene {
  readonly witness = new Witness();
  readonly recovery = new Recovery();
  readonly broken: string[] = [];
  readonly deaths: Death[] = [];
  readonly mails: OrderMail[] = [];
  /** Of them, those that are no longer in the mailbox. */
  removed = 0;
  readonly figures: Record<string, number | string> = {};
  readonly server: MailServer;
  readonly imap: TcpProxy;
  readonly wire: ImapWire;
  readonly smtp: TcpProxy;
  readonly sink: SmtpSink;
  readonly controlPort: number;
  readonly #temp: TempDir;
  /** Everything it was built of, to be stopped in reverse. */
  readonly #resources: AsyncDisposableStack;
  readonly #parts: SceneOptions;
  readonly #generator: OrderMails;
  readonly #bots: BotProcess[] = [];
  readonly #watching: NodeJS.Timeout;
  #looking: Promise<void> | undefined;

  private constructor(parts: {
    readonly scene: SceneOptions;
    readonly server: MailServer;
    readonly imap: TcpProxy;
    readonly smtp: TcpProxy;
    readonly sink: SmtpSink;
    readonly temp: TempDir;
    readonly controlPort: number;
    readonly resources: AsyncDisposableStack;
  }) {
    this.#parts = parts.scene;
    this.server = parts.server;
    this.imap = parts.imap;
    this.wire = new ImapWire(parts.imap);
    this.smtp = parts.smtp;
    this.sink = parts.sink;
    this.controlPort = parts.controlPort;
    this.#generator = new OrderMails(parts.scene.options.seed);
    this.#temp = parts.temp;
    this.#resources = parts.resources;
    writeDataFiles(this.directory);
    this.writeConfig();
    this.#watching = setInterval(() => this.#watch(), witnessEveryMs);
  }

  /** Plays a drill on a fresh stage and clears it away, whatever happens. */
  static async play(scene: SceneOptions, act: (scene: Scene) => Promise<void>): Promise<DrillResult> {
    const stage = await Scene.#open(scene);
    try {
      await unlessAborted(act(stage), scene.options.signal).catch((error: unknown) => {
        stage.broken.push(`The drill broke off: ${String(error)}`);
      });
      return await stage.#result();
    } finally {
      await stage.#clear();
    }
  }

  static async #open(scene: SceneOptions): Promise<Scene> {
    await using undo = new AsyncDisposableStack();
    const { server: name = "dovecot", folder = "INBOX" } = scene;
    const server = undo.adopt(await startMailServer(name, folder), (server) => server.stop());
    const sink = undo.adopt(new SmtpSink(scene.smtpHoldMs ?? 0), (server) => server.stop());
    await sink.start();
    const imap = undo.adopt(await TcpProxy.to({ host: server.host, port: server.port }), (proxy) => proxy.stop());
    const smtp = undo.adopt(await TcpProxy.to({ host: sink.host, port: sink.port }), (proxy) => proxy.stop());
    const temp = undo.adopt(makeTempDir(), (directory) => directory.remove());
    const controlPort = await freePort();
    return new Scene({ scene, server, imap, smtp, sink, temp, controlPort, resources: undo.move() });
  }

  /** For drills that are about Dovecot. */
  get dovecot(): Dovecot {
    if (this.server instanceof DovecotServer) return this.server.dovecot;
    throw new TypeError(`This drill runs on ${this.server.name}.`);
  }

  get user(): string {
    return this.server.user;
  }

  get directory(): string {
    return this.#temp.path;
  }

  get configFile(): string {
    return join(this.directory, "bot.yaml");
  }

  get logFile(): string {
    return join(this.directory, "bot.log");
  }

  /** The whole configuration, with `over` on top of what the drill asked for. */
  writeConfig(over: ConfigTree = {}): void {
    writeFileSync(this.configFile, this.configText(over));
  }

  configText(over: ConfigTree = {}): string {
    const { imap, smtp, server, directory, controlPort } = this;
    const { user, password } = server;
    const places = {
      directory,
      controlPort,
      imap: { host: imap.host, port: imap.port, user, password, folder: this.#parts.folder ?? "INBOX" },
      smtp: { host: smtp.host, port: smtp.port },
    };
    return yamlOf(botConfig(places, merged(this.#parts.config ?? {}, over)));
  }

  /** The bot in a node process of its own; `faults` makes its handlers slow or deadly. */
  startBot(
    parts: { readonly faults?: Faults; readonly settings?: readonly string[]; readonly controlPort?: number } = {},
  ) {
    const bot = BotProcess.start({
      configFile: this.configFile,
      controlPort: this.controlPort,
      logFile: this.logFile,
      ...parts,
    });
    bot.onLine((entry) => {
      if (tellsOfTrouble(entry)) this.witness.hears("log", entry.msg);
      return false;
    });
    this.#bots.push(bot);
    return bot;
  }

  /** SIGKILL, noted for the judgement of repeated confirmations. */
  async kill(bot: BotProcess): Promise<void> {
    this.noteDeath(await bot.kill());
  }

  /** Call it before the next start. */
  noteDeath({ at }: { readonly at: number }): void {
    this.deaths.push({ at, sent: this.ledger().sent });
  }

  /** Puts new order mails into the mailbox. */
  deliver(count: number): readonly OrderMail[] {
    const mails = this.#generator.make(count);
    for (const { raw } of mails) this.server.deliver(raw);
    this.mails.push(...mails);
    return mails;
  }

  /** Somebody removes what is done. */
  async clearMailbox(): Promise<void> {
    await removeAllMails(this.server);
    this.removed = this.mails.length;
  }

  /** A mail that is none of the valid ones, until it is counted as one. */
  deliverWithSubject(subject: string): OrderMail {
    const [mail] = this.#generator.make(1, subject);
    if (mail === undefined) throw new RangeError("No mail was made.");
    this.server.deliver(mail.raw);
    return mail;
  }

  ledger(): Ledger {
    return this.#parts.books?.ledger() ?? readLedger(join(this.directory, "data", "journal.sqlite"));
  }

  /** Orders that are in the database. */
  get ordered(): number {
    return this.ledger().orders.length;
  }

  /** All mails delivered so far have an order and a confirmation, and their mails are marked. */
  async isQuiet(): Promise<boolean> {
    const { journal, unsent, orders } = this.ledger();
    if (orders.length < this.mails.length || unsent > 0) return false;
    return journal.length >= this.mails.length && journal.every((row) => row.state !== "offered" && row.settled);
  }

  async quiet(limitMs: number): Promise<void> {
    await until("Rest, with every mail ordered, confirmed and marked,", limitMs, () => this.isQuiet());
  }

  /** Resolves once an operator has looked at the present state. */
  async shown(): Promise<void> {
    await this.#look();
  }

  /** A promise that must hold. */
  promise(kept: boolean, otherwise: string): void {
    if (!kept) this.broken.push(otherwise);
  }

  /** Somebody was told in plain words. */
  promiseSaid(where: "health" | "status" | "log", sentence: RegExp): void {
    this.promise(this.witness.heard(where, sentence), `Nothing like ${sentence} was said in ${whereNames[where]}`);
  }

  /** One look at a time: a bot that boots or hangs may be slow to answer. */
  #watch(): void {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
  }

  /** What an operator would see at this moment. */
  async #look(): Promise<void> {
    const bot = this.#bots.findLast((running) => running.exited === undefined);
    const [health, status] = [await bot?.control.health(), await bot?.control.status()];
    for (const [name, [check]] of Object.entries(health?.checks ?? {})) {
      if (check.status !== "pass") this.witness.hears("health", `${name} ${check.status}: ${check.output ?? ""}`);
    }
    for (const { name, status: source } of status?.sources ?? []) {
      if (source.lastError !== undefined) {
        this.witness.hears("status", `source ${name} is ${source.state}: ${source.lastError}`);
      }
    }
    for (const { name, stats } of status?.queues ?? []) {
      if (stats.dead > 0) this.witness.hears("status", `queue ${name} has ${stats.dead} dead letters`);
    }
    for (const { name, status: state, output } of status?.health.checks ?? []) {
      if (state !== "pass") this.witness.hears("status", `${name} ${state}: ${output ?? ""}`);
    }
  }

  async #result(): Promise<DrillResult> {
    clearInterval(this.#watching);
    for (const bot of this.#bots) if (bot.exited === undefined) await bot.stop();
    const { mails, removed, deaths, recovery, witness } = this;
    const flags = await this.server.flags();
    const deadLetters = Number(this.figures.deadLetters ?? 0);
    const confirmations = this.#parts.books?.confirmations(this) ?? this.sink.taken;
    const verdict = judge({ mails, removed, ledger: this.ledger(), confirmations, flags, deaths, deadLetters });
    const broken = [...this.broken, ...verdict.broken];
    if (broken.length > 0 || this.#parts.options.keep) this.#keepEvidence();
    const { said } = witness;
    return { accepted: mails.length, ...verdict, recoveryS: recovery.seconds, said, figures: this.figures, broken };
  }

  /** Logs, configuration and database, for whoever looks for the cause. */
  #keepEvidence(): void {
    const { drill, options } = this.#parts;
    const place = join(outDirectory, `${drill}-${options.seed}`);
    rmSync(place, { recursive: true, force: true });
    cpSync(this.directory, place, { recursive: true });
    writeFileSync(join(place, "mail_server.log"), this.server.log());
    this.figures.evidence = place;
  }

  async #clear(): Promise<void> {
    clearInterval(this.#watching);
    for (const bot of this.#bots) if (bot.exited === undefined) await bot.kill();
    await this.#resources.disposeAsync();
  }
}

async function unlessAborted(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  const aborted = Promise.withResolvers<never>();
  signal?.addEventListener("abort", () => aborted.reject(signal.reason), { once: true });
  await Promise.race([work, aborted.promise]);
}

/** What everyday lines do not: warnings, and facts about something that was made good. */
function tellsOfTrouble({ level, kind, code = "" }: LogEntry): boolean {
  if (level === "warn" || level === "error") return true;
  return kind === "unit.fact" && !everyday.has(code);
}

const everyday: ReadonlySet<string> = new Set(["MAIL_DECIDED", "CONTROL_LISTENING", "imap_connected", "reply_sent"]);

const whereNames = { health: "/health", status: "/status", log: "the log" } as const;
