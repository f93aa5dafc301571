import assert from "node:assert/strict";
import type { LeasedDelivery } from "../../contracts/delivery.ts";
import type { Task } from "../../contracts/task.ts";
import { LeaseLostError } from "../../contracts/task_queue.ts";
import { sampleTask } from "../sample_task.ts";
import { SeededRandom } from "../seeded_random.ts";
import type { QueueDesk } from "./queue_desk.ts";
import { QueueModel } from "./queue_model.ts";

/** Does random things to a queue and to the model, and compares the two after each. */
export class RandomRun {
  readonly #desk: QueueDesk;
  readonly #random: SeededRandom;
  readonly #model: QueueModel;
  readonly #stale: LeasedDelivery[] = [];
  #made = 0;

  constructor(desk: QueueDesk, seed: number) {
    this.#desk = desk;
    this.#random = new SeededRandom(seed);
    this.#model = new QueueModel(desk.settings.groupLimit);
  }

  /** `steps` random calls, then everything is worked off. @throws {AssertionError} naming the seed and the step. */
  async run(steps: number): Promise<void> {
    let step = 0;
    try {
      for (; step < steps; step += 1) {
        await this.#act();
        this.#model.compare(this.#desk.queue.stats());
      }
      await this.#workOff();
    } catch (error) {
      throw new assert.AssertionError({
        message: `seed ${this.#random.seed}, step ${step}: ${error instanceof Error ? error.message : String(error)}`,
      });
    }
  }

  async #act(): Promise<void> {
    const dice = this.#random.below(100);
    if (dice < 30) await this.#publish();
    else if (dice < 55) await this.#take();
    else if (dice < 80) await this.#settle();
    else if (dice < 86) await this.#letTimePass();
    else if (dice < 89) await this.#letLeasesExpire();
    else if (dice < 93) await this.#togglePause();
    else if (dice < 97) await this.#decideOnLetter();
    else await this.#settleTooLate();
  }

  async #publish(): Promise<void> {
    if (this.#random.chance(0.1) && this.#made > 0) {
      const known = sampleTask(`t${this.#random.below(this.#made)}`);
      assert.equal(await this.#desk.queue.publish(known), "duplicate");
      return this.#model.duplicate();
    }
    const { task, dueAt } = this.#newTask();
    if (this.#model.open >= this.#desk.settings.capacity) {
      assert.equal(await this.#desk.queue.tryPublish(task), "full");
      return;
    }
    this.#made += 1;
    assert.equal(await this.#desk.queue.publish(task), "stored");
    this.#model.published(task, dueAt);
    await this.#noticeHandOut();
  }

  #newTask(): { readonly task: Task; readonly dueAt: number } {
    const { clock } = this.#desk;
    const delayMs = this.#random.chance(0.2) ? 10 + this.#random.below(200) : 0;
    const task = sampleTask(`t${this.#made}`, {
      priority: this.#random.chance(0.3) ? this.#random.below(5) - 2 : 0,
      ...(this.#random.chance(0.5) ? { orderKey: `key${this.#random.below(4)}` } : {}),
      ...(this.#random.chance(0.4) ? { group: `group${this.#random.below(3)}` } : {}),
      ...(delayMs > 0 ? { notBefore: clock.wallNow() + delayMs } : {}),
    });
    return { task, dueAt: clock.now() + delayMs };
  }

  async #take(): Promise<void> {
    const delivery = await this.#desk.tryTake();
    const now = this.#desk.clock.now();
    if (delivery === undefined) this.#model.nothingToHandOut(now);
    else this.#model.handedOut(delivery, now);
  }

  async #settle(): Promise<void> {
    const delivery = this.#random.pick(this.#model.leased);
    if (delivery === undefined) return;
    const { queue, clock } = this.#desk;
    const dice = this.#random.below(10);
    if (dice < 5) {
      await queue.ack(delivery);
      this.#model.acked(delivery);
    } else if (dice < 8) {
      const retryDelayMs = this.#random.chance(0.5) ? 0 : 10 + this.#random.below(100);
      const burnAttempt = this.#random.chance(0.7);
      const dueAt = clock.now() + retryDelayMs;
      await queue.nack(delivery, { retryDelayMs, burnAttempt, reason: "random" });
      this.#model.nacked(delivery, burnAttempt, dueAt);
    } else {
      await queue.deadLetter(delivery, "rejected", "random");
      this.#model.deadLettered(delivery);
    }
    this.#stale.push(delivery);
    await this.#noticeHandOut();
  }

  async #letTimePass(): Promise<void> {
    const { queue, clock, settings } = this.#desk;
    assert.deepEqual(await queue.renew(this.#model.leased), []);
    await clock.advance(this.#random.below(settings.leaseMs / 2));
    await this.#noticeHandOut();
  }

  async #letLeasesExpire(): Promise<void> {
    const { clock, settings, queue } = this.#desk;
    // A consumer that waits would be handed the first one that expires, and lose it again before the time is over.
    await this.#take();
    const held = this.#model.leased;
    if (held.length === 0) return;
    this.#stale.push(...held);
    const wasPaused = this.#model.paused;
    if (!wasPaused) await queue.pause();
    await clock.advance(settings.leaseMs * 2);
    this.#model.leasesExpired(clock.now());
    if (!wasPaused) await queue.resume();
    await this.#noticeHandOut();
  }

  async #togglePause(): Promise<void> {
    const { queue } = this.#desk;
    await (this.#model.paused ? queue.resume() : queue.pause());
    this.#model.paused = !this.#model.paused;
    await this.#noticeHandOut();
  }

  async #decideOnLetter(): Promise<void> {
    const { queue, clock } = this.#desk;
    const task = this.#random.pick(this.#model.dead);
    if (task === undefined) return;
    if (this.#random.chance(0.3)) {
      await queue.discardDeadLetter(task.id);
      return this.#model.letterDiscarded(task);
    }
    await queue.retryDeadLetter(task.id);
    this.#model.letterRetried(task, Math.max(clock.now(), dueAtOf(task, clock)));
    await this.#noticeHandOut();
  }

  async #settleTooLate(): Promise<void> {
    const { queue } = this.#desk;
    const late = this.#random.pick(this.#stale);
    if (late === undefined) return;
    await assert.rejects(queue.ack(late), LeaseLostError);
    assert.deepEqual(await queue.renew([late]), [late]);
  }

  /** The desk's consumer may have been waiting since an earlier take; then it has just been served. */
  async #noticeHandOut(): Promise<void> {
    if (!this.#desk.isAsking) return;
    const delivery = await this.#desk.tryTake();
    if (delivery !== undefined) this.#model.handedOut(delivery, this.#desk.clock.now());
  }

  async #workOff(): Promise<void> {
    const { queue, clock } = this.#desk;
    if (this.#model.paused) await this.#togglePause();
    for (let round = 0; this.#model.open > 0; round += 1) {
      assert.ok(round < 10_000, `${this.#model.open} tasks never come`);
      const delivery = this.#model.leased[0] ?? (await this.#desk.tryTake());
      if (delivery === undefined) await clock.advance(50);
      else {
        if (!this.#model.leased.includes(delivery)) this.#model.handedOut(delivery, clock.now());
        await queue.ack(delivery);
        this.#model.acked(delivery);
        await this.#noticeHandOut();
      }
    }
    this.#model.compare(queue.stats());
  }
}

function dueAtOf(task: Task, clock: { now(): number; wallNow(): number }): number {
  return task.notBefore === undefined ? 0 : clock.now() + task.notBefore - clock.wallNow();
}
