import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TaskId } from "../../src/app_runtime/contracts/task.ts";
import type { TaskSource } from "../../src/app_runtime/contracts/task_source.ts";
import { type DeskOptions, eventually, type SeenMail, type SourceDesk } from "../support/source_desk.ts";
import { orderMail } from "./imap/order_mail.ts";

/** How the suite asks for a run; `maxMailSize` is the source's own. */
export interface PlaceOptions extends DeskOptions<SeenMail> {
  readonly maxMailSize?: string;
}

/** A run of the source under test, as the suite sees it. */
interface PlaceRun {
  readonly source: TaskSource;
  readonly handled: readonly SeenMail[];
  readonly taskIds: readonly TaskId[];
  start(): Promise<PlaceRun>;
  stop(): Promise<void>;
  crash(): Promise<void>;
  finishHeld(): Promise<void>;
}

/** Somewhere mails come from: a folder of a mailbox, a directory. Mails are told apart by the numbers of `orderMail`. */
interface SourcePlace {
  readonly desk: SourceDesk;
  deliver(number: number, raw: string): Promise<void>;
  open(options?: PlaceOptions): Promise<PlaceRun>;
  /** Nobody has told it anything of these, as seen from outside; likewise below. */
  fresh(): Promise<readonly number[]>;
  done(): Promise<readonly number[]>;
  failed(): Promise<readonly number[]>;
}

export interface SourcePlaces {
  /** A new one for a test, which it guards against leaks. */
  place(): Promise<SourcePlace>;
  stop(): Promise<void>;
}

/** What every source of mails promises, wherever they come from. */
export function mailSourceKeepsItsPromises(name: string, start: () => Promise<SourcePlaces>): void {
  describe(`a source of mails: ${name}`, () => {
    let places: SourcePlaces;
    beforeAll(async () => {
      places = await start();
    });
    afterAll(() => places.stop());

    async function placeWith(...numbers: readonly number[]): Promise<SourcePlace> {
      const place = await places.place();
      for (const number of numbers) await place.deliver(number, orderMail(number));
      return place;
    }

    test("a mail becomes exactly one task, and is settled when its work is done", async () => {
      const place = await placeWith(1, 2, 3);
      const run = await (await place.open()).start();
      await eventually(async () => expect(await place.done()).toEqual([1, 2, 3]));
      await eventually(() => expect(run.source.status()).toMatchObject({ state: "running", inFlight: 0, backlog: 0 }));
      expect(run.source.status()).toMatchObject({ published: 3, settled: 3 });
      expect(run.source.health().state).toBe("pass");
      expect([...numbersOf(run)].sort()).toEqual([1, 2, 3]);
      expect(new Set(run.taskIds).size).toBe(3);
      await run.stop();
      expect(run.source.status().state).toBe("stopped");
    });

    test("its bytes are in the blob store, and its task knows sender and Message-ID", async () => {
      const place = await placeWith(7);
      const run = await (await place.open()).start();
      await eventually(() => expect(run.handled).toHaveLength(1));
      const [mail] = run.handled;
      expect(mail).toMatchObject({ messageId: "order-7@customer.example", from: "jo@customer.example" });
      expect(mail?.size).toBe(orderMail(7).length);
      const raw = mail?.sha256 === undefined ? "" : await place.desk.blobs.get(mail.sha256);
      expect(Buffer.from(raw).toString()).toBe(orderMail(7));
    });

    test("it is not settled before the journal says done, and not offered twice meanwhile", async () => {
      const place = await placeWith(1);
      const run = await (await place.open({ work: () => "held" })).start();
      await eventually(() => expect(numbersOf(run)).toEqual([1]));
      await someLooks(run.source);
      expect(await place.fresh()).toEqual([1]);
      expect(run.source.status()).toMatchObject({ inFlight: 1, published: 1, settled: 0 });
      await run.finishHeld();
      await eventually(async () => expect(await place.done()).toEqual([1]));
      expect(numbersOf(run)).toEqual([1]);
    });

    test("a dead letter is settled as failed, stays so over a restart, and ends as done when a retry succeeds", async () => {
      const place = await placeWith(1, 2);
      const work = (mail: SeenMail) => (numberOf(mail) === 1 ? ("dead" as const) : ("done" as const));
      const first = await (await place.open({ work })).start();
      await eventually(async () => expect([await place.failed(), await place.done()]).toEqual([[1], [2]]));
      const [dead] = first.taskIds;
      await first.stop();

      const second = await (await place.open()).start();
      await someLooks(second.source);
      expect(second.handled).toEqual([]);
      if (dead === undefined) throw new Error("nothing was handed out");
      expect(await place.desk.journal.revive(dead)).toBeDefined();
      await place.desk.journal.done(dead);
      await eventually(async () => expect([await place.failed(), await place.done()]).toEqual([[], [1, 2]]));
    });

    test("what a process that died left unfinished is done by the next, and nothing twice", async () => {
      const place = await placeWith(1, 2, 3);
      const work = (mail: SeenMail) => (numberOf(mail) === 2 ? ("done" as const) : ("held" as const));
      const first = await (await place.open({ work })).start();
      await eventually(async () => expect(await place.done()).toEqual([2]));
      await eventually(() => expect(first.handled).toHaveLength(3));
      await first.crash();

      const second = await (await place.open()).start();
      await eventually(async () => expect(await place.done()).toEqual([1, 2, 3]));
      expect([...numbersOf(second)].sort()).toEqual([1, 3]);
      // Settled outside, perhaps not yet in the journal when it died: then it is settled once more.
      await eventually(async () => expect(await place.desk.journal.unsettled("inbox", 10)).toEqual([]));
    });

    test("what is done and was not settled when the process died is only settled", async () => {
      const place = await placeWith(1, 2);
      const work = (mail: SeenMail) => (numberOf(mail) === 1 ? ("held" as const) : ("done" as const));
      const first = await (await place.open({ work })).start();
      await eventually(async () => expect(await place.done()).toEqual([2]));
      const held = first.taskIds[first.handled.findIndex((mail) => numberOf(mail) === 1)];
      await first.crash();
      if (held === undefined) throw new Error("nothing was held");
      await place.desk.journal.done(held);

      const second = await (await place.open()).start();
      await eventually(async () => expect(await place.done()).toEqual([1, 2]));
      expect(second.handled).toEqual([]);
      await eventually(async () => expect(await place.desk.journal.unsettled("inbox", 10)).toEqual([]));
    });

    test("the same mail delivered twice is handled once, and both are settled", async () => {
      const place = await placeWith(1, 2);
      await place.deliver(1, orderMail(1));
      const run = await (await place.open()).start();
      await eventually(async () => expect(await place.done()).toEqual([1, 1, 2]));
      expect([...numbersOf(run)].sort()).toEqual([1, 2]);
      await place.deliver(2, orderMail(2));
      run.source.trigger();
      await eventually(async () => expect(await place.done()).toEqual([1, 1, 2, 2]));
      expect(run.handled).toHaveLength(2);
    });

    test("pause takes nothing in and goes on settling; resume goes on", async () => {
      const place = await placeWith(1);
      const run = await (await place.open({ work: () => "held" })).start();
      await eventually(() => expect(numbersOf(run)).toEqual([1]));
      run.source.pause();
      run.source.pause();
      expect(run.source.status().state).toBe("paused");
      await place.deliver(2, orderMail(2));
      await eventually(() => expect(run.source.status().backlog).toBe(1));
      await run.finishHeld();
      await eventually(async () => expect(await place.done()).toEqual([1]));
      await someLooks(run.source);
      expect(numbersOf(run)).toEqual([1]);
      run.source.resume();
      await eventually(() => expect(numbersOf(run)).toEqual([1, 2]));
      await run.finishHeld();
      await eventually(async () => expect(await place.done()).toEqual([1, 2]));
    });

    test("quiesce takes nothing new in, and settles until it is stopped", async () => {
      const place = await placeWith(1);
      const run = await (await place.open({ work: () => "held" })).start();
      await eventually(() => expect(numbersOf(run)).toEqual([1]));
      await run.source.quiesce();
      await place.deliver(2, orderMail(2));
      await run.finishHeld();
      await eventually(async () => expect(await place.done()).toEqual([1]));
      await run.stop();
      expect(await place.fresh()).toEqual([2]);
      expect(numbersOf(run)).toEqual([1]);
    });

    test("a mail that is too large becomes a task without content, and is settled like any other", async () => {
      const place = await placeWith(1);
      await place.deliver(2, orderMail(2, "x".repeat(3_000)));
      const run = await (await place.open({ maxMailSize: "1kB" })).start();
      await eventually(async () => expect(await place.done()).toEqual([1, 2]));
      const large = run.handled.find((mail) => numberOf(mail) === 2);
      expect(large).toMatchObject({ tooLarge: true, size: orderMail(2, "x".repeat(3_000)).length });
      expect(large?.blob).toBeUndefined();
    });

    test("one mail nothing can be made of keeps nobody waiting", async () => {
      const place = await placeWith(1, 2);
      const toTask = (mail: SeenMail) => {
        if (numberOf(mail) === 1) throw new Error("no such thing");
        return { kind: "mail.received", payload: { ...mail } };
      };
      const run = await (await place.open({ toTask })).start();
      await eventually(async () => expect([await place.failed(), await place.done()]).toEqual([[1], [2]]));
      expect(numbersOf(run)).toEqual([2]);
    });

    test("a full queue makes it wait, and a stop meanwhile loses nothing", async () => {
      const place = await placeWith(1, 2, 3, 4, 5);
      const first = await (await place.open({ capacity: 1, work: () => "held" })).start();
      await eventually(() => expect(first.handled).toHaveLength(1));
      await first.stop();
      const second = await (await place.open()).start();
      await eventually(async () => expect(await place.done()).toEqual([1, 2, 3, 4, 5]));
      expect([...numbersOf(second)].sort()).toEqual([1, 2, 3, 4, 5]);
    });
  });
}

/** The number in the Message-ID of an `orderMail`. */
function numberOf({ messageId }: Pick<SeenMail, "messageId">): number {
  return Number(/order-(\d+)@/.exec(messageId ?? "")?.[1]);
}

function numbersOf(run: PlaceRun): readonly number[] {
  return run.handled.map(numberOf);
}

/** Triggers look after look until the source has given proof of life several times. */
async function someLooks(source: TaskSource): Promise<void> {
  for (let look = 0; look < 4; look += 1) {
    const before = source.status().lastProofAt ?? 0;
    source.trigger();
    await eventually(() => expect(source.status().lastProofAt ?? 0).toBeGreaterThan(before));
  }
}
