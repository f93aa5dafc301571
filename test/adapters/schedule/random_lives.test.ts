import { expect, test } from "vitest";
import { CronCadence } from "../../../src/adapters/schedule/cron_cadence.ts";
import { SeededRandom } from "../../../src/app_runtime/testing/seeded_random.ts";
import { ScheduleDesk, type ScheduleRun } from "./schedule_desk.ts";

const minuteMs = 60_000;
const policies = ["skip", "once", "all"] as const;
const expressions = ["*/7 * * * *", "0 * * * *", "30 2-3 * * *", "*/20 1-4 * * *"] as const;

/** Some hours around the night in which Berlin puts its clocks back, with everything that can come between. */
class Lives {
  readonly #random: SeededRandom;
  readonly #desk: ScheduleDesk;
  readonly #config: { readonly cron: string; readonly missed: string; readonly maxCatchUp: number };
  readonly #ended: ScheduleRun[] = [];
  #run: ScheduleRun | undefined;
  #latest = 0;

  constructor(random: SeededRandom, cron: string, missed: string) {
    this.#random = random;
    this.#desk = new ScheduleDesk("memory", "2026-10-24T22:10:00Z");
    this.#config = { cron, missed, maxCatchUp: 1000 };
  }

  get lives(): readonly ScheduleRun[] {
    return this.#run === undefined ? this.#ended : [...this.#ended, this.#run];
  }

  /** The furthest that the clock on the wall ever was. */
  get latest(): number {
    return this.#latest;
  }

  async live(steps: number): Promise<void> {
    await this.#start();
    for (let step = 0; step < steps; step += 1) {
      await this.#step();
      this.#latest = Math.max(this.#latest, this.#desk.clock.wallNow());
    }
    await this.#end();
  }

  async #start(): Promise<void> {
    const works = this.#random.chance(0.7);
    this.#run = await this.#desk.open({ config: this.#config, capacity: works ? 1000 : 2, works });
  }

  async #step(): Promise<void> {
    const { clock } = this.#desk;
    const random = this.#random;
    switch (random.below(9)) {
      case 0:
        await this.#run?.stop();
        clock.jumpWall(random.below(60) * minuteMs);
        if (this.#run !== undefined) this.#ended.push(this.#run);
        return await this.#start();
      case 1:
        return clock.jumpWall(random.below(90) * minuteMs);
      case 2:
        // By less than three hours from the furthest: the clock was put back, not corrected.
        return clock.jumpWall(-Math.min(random.below(60) * minuteMs, this.#room()));
      case 3:
        return this.#run?.source.pause();
      case 4:
        return this.#run?.source.resume();
      case 5:
        return this.#run?.source.trigger();
      default:
        return await this.#desk.pass(random.below(20) * minuteMs + random.below(minuteMs));
    }
  }

  #room(): number {
    const behind = this.#latest - this.#desk.clock.wallNow();
    return Math.max(0, 170 * minuteMs - Math.max(0, behind));
  }

  /** Everything is well again, and the clock where it was never before. */
  async #end(): Promise<void> {
    await this.#run?.stop();
    if (this.#run !== undefined) this.#ended.push(this.#run);
    this.#desk.sleepTo(new Date(Math.max(this.#latest, this.#desk.clock.wallNow()) + minuteMs).toISOString());
    this.#run = await this.#desk.open({ config: this.#config });
    await this.#desk.pass(2 * minuteMs);
    this.#latest = this.#desk.clock.wallNow();
    await this.#run.stop();
  }
}

test.each(policies)(
  "random lives with `missed: %s` start no run twice, and those the policy promises",
  async (missed) => {
    for (let seed = 1; seed <= 24; seed += 1) {
      const random = new SeededRandom(seed);
      const cron = random.pick(expressions) ?? "";
      const from = Date.parse("2026-10-24T22:10:00Z");
      const lives = new Lives(random, cron, missed);
      await lives.live(40);

      const told = `seed ${seed}: "${cron}"`;
      const started = lives.lives.flatMap(({ payloads }) => payloads).filter(({ manual }) => !manual);
      const times = started.map(({ plannedAtMs }) => plannedAtMs);
      expect(new Set(times).size, told).toBe(times.length);
      const cadence = new CronCadence(cron, "Europe/Berlin");
      const planned: number[] = [];
      for (let run = cadence.next(from); run !== undefined && run <= lives.latest; run = cadence.next(run)) {
        planned.push(run);
      }
      expect(
        times.filter((time) => !planned.includes(time)),
        told,
      ).toEqual([]);
      if (missed === "all")
        expect(
          times.toSorted((a, b) => a - b),
          told,
        ).toEqual(planned);
      if (missed === "once") expect(times.toSorted((a, b) => a - b).at(-1), told).toBe(planned.at(-1));
      if (missed === "skip")
        expect(
          started.filter((run) => run.missed),
          told,
        ).toEqual([]);
    }
  },
);
