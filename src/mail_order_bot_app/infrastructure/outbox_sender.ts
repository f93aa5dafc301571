import { backoffDelay } from "../../app_runtime/base/backoff.ts";
import type { Clock } from "../../app_runtime/base/clock.ts";
import { messageOf } from "../../app_runtime/base/runtime_error.ts";
import { sleep } from "../../app_runtime/base/sleep.ts";
import { WakeUp } from "../../app_runtime/base/wake_up.ts";
import type { Component } from "../../app_runtime/contracts/component.ts";
import type { HealthContributor, HealthFinding } from "../../app_runtime/contracts/health_contributor.ts";
import { LeaseFencedError, type Tenure } from "../../app_runtime/contracts/lease.ts";
import type { EventChannel } from "../../app_runtime/contracts/runtime_event.ts";
import type { TraceFactory } from "../../app_runtime/contracts/trace_factory.ts";
import type { OrderDatabase } from "./order_database.ts";
import { type OutboxFact, reportOutboxFact } from "./outbox_facts.ts";
import { outboxFinding } from "./outbox_health.ts";
import type { OutboxMailer, SendResult } from "./outbox_mailer.ts";
import { type OutboxPolicy, outboxPolicy } from "./outbox_policy.ts";
import type { ClaimedReply, OutboxState, OutboxTable } from "./outbox_table.ts";

const nothingKnown: OutboxState = {
  unsent: 0,
  oldestQueuedAt: undefined,
  nextTryAt: undefined,
  givenUp: 0,
  lastGivenUpAt: undefined,
};

/** How old the figures for health may become while there is work. */
const lookEveryMs = 1_000;

/** The server cannot be reached: since how many tries, and when the next one is due (monotonic). */
interface Outage {
  readonly step: number;
  readonly retryAt: number;
}

/**
 * Sends the replies that wait in the outbox, oldest first, on its own: no task waits for SMTP. It knows no timer but the next
 * due try, and is woken by the commit that queues a reply. A reply goes out at least once; twice only when the process dies,
 * or the connection breaks, between the server's 250 and our mark, and then under the same Message-ID.
 */
export class OutboxSender implements Component, HealthContributor {
  readonly name = "outbox";
  readonly needs = ["journal"];
  /** A mail server that is down does not keep orders from being taken. */
  readonly required = false;
  readonly #database: OrderDatabase;
  readonly #table: OutboxTable;
  readonly #tenure: Tenure | undefined;
  readonly #mailer: OutboxMailer;
  readonly #clock: Clock;
  readonly #events: EventChannel;
  readonly #traces: TraceFactory;
  readonly #policy: OutboxPolicy;
  readonly #random: () => number;
  readonly #news = new WakeUp();
  /** By position in the outbox. */
  readonly #underway = new Map<number, Promise<void>>();
  /** Nobody said which replies were taken out last: they may be marked as being sent while nobody sends them. */
  #claimIsInDoubt = false;
  readonly #deadline = new AbortController();
  #queued: Disposable | undefined;
  #running: Promise<void> | undefined;
  #stopping = false;
  #outage: Outage | undefined;
  #trouble: string | undefined;
  #known = nothingKnown;
  #lookedAt: number | undefined;
  #sentThisRun = 0;
  #recovered = 0;
  #lastRefusal: string | undefined;

  constructor(parts: {
    readonly database: OrderDatabase;
    readonly mailer: OutboxMailer;
    readonly clock: Clock;
    readonly events: EventChannel;
    readonly traces: TraceFactory;
    readonly policy?: Partial<OutboxPolicy>;
    /** The lease it is run under; absent when no other runtime has this database. */
    readonly tenure?: Tenure;
    /** 0 to 1, for jitter. */
    readonly random?: () => number;
  }) {
    const { database, tenure } = parts;
    this.#database = database;
    this.#table = tenure === undefined ? database.outbox : database.outboxUnder(tenure.claim);
    this.#tenure = tenure;
    this.#mailer = parts.mailer;
    this.#clock = parts.clock;
    this.#events = parts.events;
    this.#traces = parts.traces;
    this.#policy = { ...outboxPolicy, ...parts.policy };
    this.#random = parts.random ?? Math.random;
  }

  async start(): Promise<void> {
    this.#recovered = await this.#table.recover();
    if (this.#recovered > 0) this.#say("outbox_recovered", { replies: this.#recovered });
    this.#queued = this.#database.onReplyQueued(() => this.#news.wake());
    this.#running = this.#run();
  }

  /** Finishes what is being sent; when `signal` aborts, breaks it off, and the next start sends it again. */
  async stop(signal: AbortSignal): Promise<void> {
    this.#stopping = true;
    this.#queued?.[Symbol.dispose]();
    this.#news.wake();
    const breakOff = () => this.#deadline.abort(signal.reason);
    if (signal.aborted) breakOff();
    signal.addEventListener("abort", breakOff, { once: true });
    await this.#running;
    signal.removeEventListener("abort", breakOff);
    await this.#mailer.close();
  }

  check(): HealthFinding {
    return outboxFinding({
      ...this.#known,
      now: this.#clock.wallNow(),
      sentThisRun: this.#sentThisRun,
      recovered: this.#recovered,
      trouble: this.#trouble,
      lastRefusal: this.#lastRefusal,
    });
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      const waitMs = await this.#turn();
      if (!this.#stopping) await this.#news.wait(this.#clock, waitMs);
    }
    await Promise.all(this.#underway.values());
  }

  /** Takes out what may be sent now. Resolves with how long to wait for more, unless there is news. */
  async #turn(): Promise<number> {
    try {
      const isPaused = this.#pauseMs > 0;
      const isFull = !isPaused && (await this.#fill());
      await this.#look({ again: !isFull && !isPaused });
      if (this.#pauseMs > 0) return this.#pauseMs;
      const { nextTryAt } = this.#known;
      if (isFull || nextTryAt === undefined) return this.#policy.lookAfterMs;
      return Math.min(this.#policy.lookAfterMs, this.#longestWaitMs, nextTryAt - this.#clock.wallNow());
    } catch (thrown) {
      if (!(thrown instanceof LeaseFencedError)) this.#reportTrouble(thrown);
      return this.#policy.databaseRetryMs;
    }
  }

  get #pauseMs(): number {
    return this.#outage === undefined ? 0 : this.#outage.retryAt - this.#clock.now();
  }

  /** No reply that was put off waits for longer. */
  get #longestWaitMs(): number {
    const { maxDelayMs, jitter } = this.#policy.retry;
    return Math.ceil(maxDelayMs * (1 + jitter));
  }

  /** Resolves with whether as many are underway as may be. */
  async #fill(): Promise<boolean> {
    const room = (this.#outage === undefined ? this.#policy.concurrency : 1) - this.#underway.size;
    if (room <= 0) return true;
    const replies = await this.#claim(room);
    for (const reply of replies) this.#begin(reply);
    return replies.length === room;
  }

  async #claim(room: number): Promise<readonly ClaimedReply[]> {
    if (this.#claimIsInDoubt) await this.#table.putBackAllBut([...this.#underway.keys()]);
    this.#claimIsInDoubt = true;
    const replies = await this.#table.claim(this.#clock.wallNow(), this.#longestWaitMs, room);
    this.#claimIsInDoubt = false;
    return replies;
  }

  /** The figures for health may be a little old, unless somebody relies on them. */
  async #look({ again }: { readonly again: boolean }): Promise<void> {
    const now = this.#clock.now();
    if (!again && this.#lookedAt !== undefined && now - this.#lookedAt < lookEveryMs) return;
    this.#lookedAt = now;
    this.#known = await this.#table.state();
    if (this.#outage === undefined) this.#trouble = undefined;
  }

  #begin(reply: ClaimedReply): void {
    const underway = this.#deliver(reply).finally(() => {
      this.#underway.delete(reply.position);
      this.#news.wake();
    });
    this.#underway.set(reply.position, underway);
  }

  async #deliver(reply: ClaimedReply): Promise<void> {
    const result = await this.#send(reply);
    if (result === undefined) return;
    this.#noteReach(result);
    await this.#insist(() => this.#record(reply, result));
  }

  /** Undefined when it was broken off; the row keeps its mark `sending` for the next start. */
  async #send({ mail, carrier, taskId }: ClaimedReply): Promise<SendResult | undefined> {
    const trace = this.#traces.resume("send reply", carrier, {
      "app.task_id": taskId,
      "app.message_id": mail.messageId,
    });
    try {
      // What cannot be taken back is not done by one who may have been overtaken and does not know it yet.
      const tenure = this.#tenure;
      const mayLeave = tenure && (() => tenure.isValid());
      const result = await trace.run(() => this.#mailer.send(mail, this.#deadline.signal, mayLeave));
      if (result.kind !== "sent") trace.fail(new Error(result.text));
      return result;
    } catch (thrown) {
      trace.fail(thrown);
      return this.#deadline.signal.aborted ? undefined : { kind: "unreachable", text: messageOf(thrown) };
    } finally {
      trace.end();
    }
  }

  async #record(reply: ClaimedReply, result: SendResult): Promise<void> {
    const now = this.#clock.wallNow();
    const fields = { messageId: reply.mail.messageId, address: reply.mail.to.address };
    switch (result.kind) {
      case "sent":
        await this.#table.sent(reply, result.response, now);
        this.#sentThisRun += 1;
        this.#say("reply_sent", fields);
        break;
      case "temporary":
        if (now - reply.queuedAt >= this.#policy.giveUpAfterMs) return await this.#giveUp(reply, result.text);
        await this.#table.refused(reply, result.text, now + this.#delay("retry", reply.refusals));
        this.#say("reply_put_off", { ...fields, why: result.text });
        break;
      case "permanent":
        return await this.#giveUp(reply, result.text);
      case "unreachable":
        await this.#table.putBack(reply, result.text, now);
        break;
    }
  }

  async #giveUp(reply: ClaimedReply, why: string): Promise<void> {
    await this.#table.giveUp(reply, why, this.#clock.wallNow());
    this.#lastRefusal = why;
    this.#say("reply_given_up", { messageId: reply.mail.messageId, address: reply.mail.to.address, why });
  }

  /** Whatever it said about the mail, a server that answers ends an outage. */
  #noteReach(result: SendResult): void {
    if (result.kind === "unreachable") {
      // The other mails that were underway when it began say nothing new.
      if (this.#pauseMs > 0) return;
      const step = this.#outage === undefined ? 0 : this.#outage.step + 1;
      const waitMs = this.#delay("outage", step);
      this.#outage = { step, retryAt: this.#clock.now() + waitMs };
      this.#lookedAt = undefined;
      this.#trouble = result.text;
      this.#say("outbox_outage", { why: result.text, waitMs });
    } else if (this.#outage !== undefined) {
      this.#outage = undefined;
      this.#trouble = undefined;
      this.#say("outbox_resumed", {});
    }
  }

  /** What the server said must reach the database, or the reply would be sent again: tried until the deadline. */
  async #insist(write: () => Promise<void>): Promise<void> {
    while (!this.#deadline.signal.aborted) {
      try {
        return await write();
      } catch (thrown) {
        if (thrown instanceof LeaseFencedError) return;
        this.#reportTrouble(thrown);
        await sleep(this.#clock, this.#policy.databaseRetryMs, this.#deadline.signal);
      }
    }
  }

  #reportTrouble(thrown: unknown): void {
    this.#trouble = messageOf(thrown);
    this.#say("outbox_trouble", { why: this.#trouble, waitMs: this.#policy.databaseRetryMs });
  }

  #delay(which: "retry" | "outage", step: number): number {
    return backoffDelay(this.#policy[which], step, this.#random);
  }

  #say(code: OutboxFact, fields: Readonly<Record<string, string | number>>): void {
    reportOutboxFact(this.#events, code, fields);
  }
}
