import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "../../test/support/free_port.ts";
import type { BotProcess } from "../bot_process.ts";
import type { Drill, DrillOptions } from "../drill.ts";
import type { Faults } from "../faults.ts";
import { Scene } from "../scene.ts";
import { SeededRandom } from "../seeded_random.ts";
import { until } from "../until.ts";

/** Handlers that take their time: whatever happens to the holder happens with mails in hand. */
const faults: Faults = { beforeMs: 150, afterMs: 40 };
const concurrency = 4;
const bootLimitMs = 15_000;
const quietLimitMs = 60_000;
/** A lease that was released is taken as soon as it is seen, and it is looked for twice a second. */
const atOnceMs = 1_500;
/** What a process had sent before it was stopped arrives within this time. */
const arrivalMs = 300;
const source = "source:inbox";

/** What happens to the runtime that works the mailbox. */
type Blow = "kill" | "stop" | "term";
const blows: readonly Blow[] = ["kill", "stop", "term"];

/** Two runtimes share a data directory and a mailbox; the one that works it is killed, stopped and told to end, in turn. */
export const twoRuntimes: Drill = {
  name: "two-runtimes",
  question: "Does the runtime that stands by take over within two leases, with no mail lost or taken twice?",
  run: (options) => {
    const leaseMs = options.fast ? 1_500 : 3_000;
    const config = {
      platform: { sharing: { mode: "standby", lease: `${leaseMs}ms` } },
      workers: { orders: { concurrency } },
    };
    return Scene.play({ drill: "two-runtimes", options, config, smtpHoldMs: 20 }, (scene) =>
      new Relay(scene, options, leaseMs).run(),
    );
  },
};

/** Hands the mailbox from one to the other, and back. */
class Relay {
  readonly #scene: Scene;
  readonly #options: DrillOptions;
  readonly #leaseMs: number;
  readonly #random: SeededRandom;
  readonly #tookMs: Record<Blow, number[]> = { kill: [], stop: [], term: [] };
  readonly #ports = new Map<BotProcess, number>();

  constructor(scene: Scene, options: DrillOptions, leaseMs: number) {
    this.#scene = scene;
    this.#options = options;
    this.#leaseMs = leaseMs;
    this.#random = new SeededRandom(options.seed);
  }

  async run(): Promise<void> {
    const { rounds = 12, mails = 30, say } = this.#options;
    const scene = this.#scene;
    let holder = await this.#start(scene.controlPort);
    await until("A holder", bootLimitMs, () => works(holder));
    let standby = await this.#start(await freePort());
    await this.#standsBy(standby);
    for (let round = 0; round < rounds; round += 1) {
      const blow = blows[round % blows.length] ?? "kill";
      scene.deliver(mails);
      await until("Mails in hand", quietLimitMs, () => this.#inHand > 0);
      await delay(this.#random.between(0, 600));
      if (this.#inHand === 0) scene.deliver(mails);
      const tookMs = await this.#strike(blow, holder, standby);
      this.#tookMs[blow].push(tookMs);
      const next = blow === "stop" ? await this.#wake(holder) : await this.#start(this.#ports.get(holder) ?? 0);
      await this.#standsBy(next);
      [holder, standby] = [standby, next];
      await scene.quiet(quietLimitMs);
      say(`round ${round + 1} of ${rounds}: ${blow}, taken over after ${tookMs} ms, ${scene.ordered} orders`);
    }
    await this.#report();
    await standby.stop();
    await holder.stop();
  }

  async #start(port: number): Promise<BotProcess> {
    const settings = [`platform.control.port=${port}`];
    const bot = this.#scene.startBot({ faults, controlPort: port, settings });
    this.#ports.set(bot, port);
    await bot.ready();
    return bot;
  }

  /** Milliseconds from the blow until the other works the mailbox. */
  async #strike(blow: Blow, holder: BotProcess, standby: BotProcess): Promise<number> {
    const taken = nextTakeover(standby);
    const struckAt = await this.#hit(blow, holder);
    const takenAt = await until("A takeover", 10 * this.#leaseMs + bootLimitMs, () => taken());
    const tookMs = Math.max(0, takenAt - struckAt);
    const limitMs = (blow === "term" ? atOnceMs : 2 * this.#leaseMs) + this.#options.slackMs;
    this.#scene.promise(tookMs <= limitMs, `After ${blow} it took ${tookMs} ms to take over, more than ${limitMs}`);
    this.#scene.recovery.took(tookMs);
    return tookMs;
  }

  async #hit(blow: Blow, holder: BotProcess): Promise<number> {
    if (blow === "kill") {
      await this.#scene.kill(holder);
      return Date.now();
    }
    if (blow === "term") return (await holder.stop()).at;
    await this.#freeze(holder);
    const frozenAt = Date.now();
    // To whoever takes over it is a death: a confirmation that had left and was not marked may leave twice.
    await delay(arrivalMs);
    this.#scene.noteDeath({ at: Date.now() });
    return frozenAt;
  }

  /** Not in the middle of a commit: SQLite would keep everybody else out of the database until the process goes on. */
  async #freeze(bot: BotProcess): Promise<void> {
    for (;;) {
      bot.signal("SIGSTOP");
      if (this.#canWrite()) return;
      bot.signal("SIGCONT");
      await delay(20);
    }
  }

  #canWrite(): boolean {
    const database = new DatabaseSync(join(this.#scene.directory, "data", "journal.sqlite"), { timeout: 250 });
    try {
      database.exec("BEGIN IMMEDIATE; ROLLBACK");
      return true;
    } catch {
      return false;
    } finally {
      database.close();
    }
  }

  /** It had mails in hand, and goes on as if nothing had happened. */
  async #wake(bot: BotProcess): Promise<BotProcess> {
    const lost = nextFact(bot, "lease_lost");
    bot.signal("SIGCONT");
    await until("A runtime that notices its loss", this.#leaseMs + bootLimitMs, () => lost());
    return bot;
  }

  /** Ready, says who works the mailbox, and is not connected. */
  async #standsBy(bot: BotProcess): Promise<void> {
    await until("A runtime that stands by", bootLimitMs, async () => {
      const inbox = (await bot.control.status())?.sources[0]?.status;
      return inbox?.state === "standby" && inbox.facts.connected === undefined;
    });
    const health = await bot.control.health();
    const [check] = health?.checks[source] ?? [];
    this.#scene.promise(check?.status === "pass", `Standing by is ${check?.status}: ${check?.output}`);
    this.#scene.promise(/^Stands by: process \d+ on /.test(check?.output ?? ""), `It says "${check?.output}"`);
  }

  get #inHand(): number {
    return this.#scene.ledger().journal.filter(({ state, handOuts }) => state === "offered" && handOuts > 0).length;
  }

  async #report(): Promise<void> {
    const all = Object.values(this.#tookMs).flat();
    Object.assign(this.#scene.figures, { leaseMs: this.#leaseMs, takeovers: all.length });
    for (const blow of blows) {
      const sorted = this.#tookMs[blow].toSorted((a, b) => a - b);
      this.#scene.figures[`${blow}P50Ms`] = sorted[Math.floor(sorted.length / 2)] ?? 0;
      this.#scene.figures[`${blow}MaxMs`] = sorted.at(-1) ?? 0;
    }
  }
}

function works(bot: BotProcess): boolean {
  return bot.log.some(({ code, unit }) => code === "lease_taken" && unit === source);
}

/** When it took the mailbox over, in Date.now(); undefined until then. */
function nextTakeover(bot: BotProcess): () => number | undefined {
  return nextFact(bot, "lease_taken");
}

function nextFact(bot: BotProcess, wanted: string): () => number | undefined {
  let at: number | undefined;
  bot.onLine(({ code, unit, time }) => {
    if (code !== wanted || unit !== source) return false;
    at = Date.parse(time);
    return true;
  });
  return () => at;
}
