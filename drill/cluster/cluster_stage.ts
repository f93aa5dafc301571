import { setTimeout as delay } from "node:timers/promises";
import { type Redis, startRedis } from "../../test/support/redis.ts";
import type { DrillOptions, DrillResult } from "../drill.ts";
import type { Faults } from "../faults.ts";
import { Scene } from "../scene.ts";
import { SeededRandom } from "../seeded_random.ts";
import { until } from "../until.ts";
import { Machine } from "./machine.ts";
import { type Union, unionOf, unmarkedIn, withoutRepeats } from "./machine_books.ts";

/** Handlers that take their time: whatever happens to the holder happens with mails in hand. */
const faults: Faults = { beforeMs: 150, afterMs: 40 };
/** Handlers that work side by side. */
export const concurrency = 4;
const bootLimitMs = 60_000;
/** What a process had sent before it was stopped arrives within this time. */
const arrivalMs = 300;
/** A lease that was released is taken as soon as it is seen, and it is looked for twice a second. */
const atOnceMs = 1_500;
export const quietLimitMs = 180_000;
const source = "source:inbox";

/** That a machine got the mailbox, or lost it. */
interface Turn {
  readonly machine: Machine;
  readonly code: "lease_taken" | "lease_lost";
  /** Date.now() */
  readonly at: number;
}

/** Bots that share one mailbox and one Redis, and nothing else. */
export class ClusterStage {
  readonly scene: Scene;
  readonly redis: Redis;
  readonly machines: readonly Machine[];
  readonly options: DrillOptions;
  readonly random: SeededRandom;
  readonly leaseMs: number;
  readonly turns: Turn[] = [];
  readonly #mayRepeat: Set<string>;

  private constructor(parts: {
    readonly scene: Scene;
    readonly redis: Redis;
    readonly machines: readonly Machine[];
    readonly options: DrillOptions;
    readonly leaseMs: number;
    readonly mayRepeat: Set<string>;
  }) {
    this.scene = parts.scene;
    this.redis = parts.redis;
    this.machines = parts.machines;
    this.options = parts.options;
    this.leaseMs = parts.leaseMs;
    this.random = new SeededRandom(parts.options.seed);
    this.#mayRepeat = parts.mayRepeat;
  }

  /** Plays a drill on so many machines, one of which has the mailbox, and clears them away. */
  static async play(
    drill: string,
    options: DrillOptions,
    count: number,
    act: (stage: ClusterStage) => Promise<void>,
  ): Promise<DrillResult> {
    await using undo = new AsyncDisposableStack();
    const redis = undo.adopt(await startRedis(), (server) => server.stop());
    const leaseMs = options.fast ? 3_000 : 15_000;
    const machines: Machine[] = [];
    const mayRepeat = new Set<string>();
    const union = () =>
      unionOf(
        machines.map((machine) => machine.ledger()),
        mayRepeat,
      );
    const books = {
      ledger: () => union().ledger,
      confirmations: (scene: Scene) => withoutRepeats(scene.sink.taken, scene.mails, union().orderedAgain),
    };
    const config = {
      platform: { cluster: { name: "drill", lease: `${leaseMs}ms`, redis: { host: "127.0.0.1" } } },
      queues: { orders: { adapter: "sqlite" } },
      workers: { orders: { concurrency, maxCrashes: 20 } },
    };
    return await Scene.play({ drill, options, config, books, smtpHoldMs: 20 }, async (scene) => {
      for (let n = 0; n < count; n += 1) {
        const machine = await Machine.prepare(`machine-${"abc".charAt(n)}`, scene.directory, redis);
        machines.push(undo.adopt(machine, ({ proxy }) => proxy.stop()));
      }
      const stage = new ClusterStage({ scene, redis, machines, options, leaseMs, mayRepeat });
      for (const machine of machines) await stage.start(machine);
      await stage.holder();
      await act(stage);
      await stage.#end(union());
    });
  }

  async start(machine: Machine): Promise<void> {
    const { controlPort, settings } = machine;
    const bot = this.scene.startBot({ faults, controlPort, settings });
    machine.runs(bot);
    bot.onLine(({ code, unit, time }) => {
      if (unit !== source || (code !== "lease_taken" && code !== "lease_lost")) return false;
      this.turns.push({ machine, code, at: Date.parse(time) });
      if (code === "lease_lost") this.#noteLoss(machine);
      return false;
    });
    await bot.ready(bootLimitMs);
  }

  async startAll(): Promise<void> {
    for (const machine of this.machines) if (!machine.isUp) await this.start(machine);
  }

  /** The machine that works the mailbox; waits for one. */
  async holder(): Promise<Machine> {
    return await until("A machine that works the mailbox", bootLimitMs, async () => {
      for (const machine of this.machines) {
        if (machine.isUp && (await machine.sourceState()) === "running") return machine;
      }
      return undefined;
    });
  }

  othersThan(machine: Machine): readonly Machine[] {
    return this.machines.filter((other) => other !== machine);
  }

  /** The holder, at a random moment, with mails in hand. */
  async busyHolder(mails: number): Promise<Machine> {
    const holder = await this.holder();
    this.scene.deliver(mails);
    await until("Mails in hand", quietLimitMs, () => holder.inHand > 0);
    await delay(this.random.between(0, 600));
    if (holder.inHand === 0) this.scene.deliver(mails);
    return holder;
  }

  async kill(machine: Machine): Promise<number> {
    await this.scene.kill(machine.bot);
    this.#noteLoss(machine);
    return Date.now();
  }

  /** SIGTERM. The end is when it is over. */
  async stop(machine: Machine): Promise<number> {
    return (await machine.bot.stop()).at;
  }

  async freeze(machine: Machine): Promise<number> {
    machine.bot.signal("SIGSTOP");
    machine.isFrozen = true;
    const frozenAt = Date.now();
    await delay(arrivalMs);
    // For the confirmations it is a death: one that had left and was not marked may leave twice.
    this.scene.noteDeath({ at: Date.now() });
    this.#noteLoss(machine);
    return frozenAt;
  }

  thaw(machine: Machine): void {
    machine.bot.signal("SIGCONT");
    machine.isFrozen = false;
  }

  /** Waits until somebody has taken the mailbox since then, and holds how long it took against the limit. */
  async takenOver(what: string, struckAt: number, limitMs = 2 * this.leaseMs): Promise<Machine> {
    const taken = await until(`A takeover after ${what}`, 10 * this.leaseMs + bootLimitMs, () =>
      this.turns.find(({ code, at }) => code === "lease_taken" && at >= struckAt),
    );
    const tookMs = taken.at - struckAt;
    this.scene.recovery.took(tookMs);
    const limit = limitMs + this.options.slackMs;
    this.scene.promise(tookMs <= limit, `After ${what} it took ${tookMs} ms to take over, more than ${limit}`);
    return taken.machine;
  }

  async takenOverAtOnce(what: string, struckAt: number): Promise<Machine> {
    return await this.takenOver(what, struckAt, atOnceMs);
  }

  /** A health check says it, in time. */
  async hears(machine: Machine, check: string, sentence: RegExp, limitMs: number): Promise<void> {
    let said = "";
    await until(`${machine.name}: ${check} says ${sentence}`, limitMs, async () => {
      said = await machine.says(check);
      return sentence.test(said);
    }).catch(() => undefined);
    this.scene.promise(sentence.test(said), `${check} of ${machine.name} says "${said}", and not ${sentence}`);
    this.scene.witness.hears("health", `${check} ${said}`);
  }

  /** Whatever befalls: an operator gets an answer of each machine that runs. */
  async allAnswer(): Promise<void> {
    for (const machine of this.machines.filter(({ isUp }) => isUp)) {
      const runtimes = (await machine.bot.control.status())?.peers?.runtimes;
      this.scene.promise(runtimes !== undefined, `/status of ${machine.name} does not answer`);
    }
  }

  async quiet(): Promise<void> {
    await this.scene.quiet(quietLimitMs);
  }

  #noteLoss(machine: Machine): void {
    for (const taskId of unmarkedIn(machine.ledger())) this.#mayRepeat.add(taskId);
  }

  /** All is done: everybody runs, sees everybody, and one of them has the mailbox. */
  async #end({ orderedAgain }: Union): Promise<void> {
    const { figures } = this.scene;
    Object.assign(figures, {
      leaseMs: this.leaseMs,
      machines: this.machines.length,
      orderedAgain: orderedAgain.length,
    });
    for (const machine of this.machines) {
      await until(`${machine.name} sees all machines, and one of them works the mailbox,`, bootLimitMs, async () => {
        const runtimes = (await machine.bot.control.status())?.peers?.runtimes ?? [];
        const live = runtimes.filter(({ state }) => state === "live");
        const working = live.filter(({ sources }) => sources[0]?.state === "running");
        return live.length === this.machines.length && working.length === 1;
      });
    }
  }
}
