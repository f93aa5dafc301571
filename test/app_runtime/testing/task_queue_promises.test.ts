import { expect, test } from "vitest";
import type { LeasedDelivery } from "../../../src/app_runtime/contracts/delivery.ts";
import type { TaskQueue } from "../../../src/app_runtime/contracts/task_queue.ts";
import type { OpenQueue } from "../../../src/app_runtime/testing/index.ts";
import { taskQueuePromises } from "../../../src/app_runtime/testing/index.ts";
import { openMemoryQueue } from "../../adapters/memory_queue/open_memory_queue.ts";

type Break = (queue: TaskQueue) => Partial<TaskQueue>;

/** A queue that breaks one promise, in the way an adapter's author might. */
function broken(how: Break): OpenQueue {
  return async (options) => {
    const opened = await openMemoryQueue(options);
    const instead = how(opened.queue);
    const queue = new Proxy(opened.queue, {
      get: (target, key) => {
        const own = Reflect.get(instead, key) ?? Reflect.get(target, key);
        return typeof own === "function" ? own.bind(target) : own;
      },
    });
    return { ...opened, queue };
  };
}

/** The names of the cases that notice. */
async function noticedBy(open: OpenQueue, limitMs: number): Promise<readonly string[]> {
  const noticed: string[] = [];
  for (const promise of taskQueuePromises) {
    const failure = await promise.run(open, { limitMs }).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (failure !== undefined) noticed.push(promise.name);
  }
  return noticed;
}

const quietly = (work: Promise<unknown>) => work.then(() => {}).catch(() => {});

test.each<[string, Break, RegExp]>([
  [
    "settles without the lease",
    (queue) => ({ ack: (delivery) => quietly(queue.ack(delivery)) }),
    /ack without the lease/,
  ],
  ["renews what is lost", () => ({ renew: async () => [] }), /names those that have lost/],
  [
    "burns attempts on a shutdown",
    (queue) => ({
      nack: (delivery, options) => queue.nack(delivery, { ...options, burnAttempt: true }),
    }),
    /burns no attempt/,
  ],
  [
    "forgets the delay of a retry",
    (queue) => ({
      nack: (delivery, options) => queue.nack(delivery, { ...options, retryDelayMs: 0 }),
    }),
    /nack with a delay/,
  ],
  [
    "answers full when it should wait",
    (queue) => ({
      publish: async (task) => {
        const result = await queue.tryPublish(task);
        if (result === "full") throw new Error("full");
        return result;
      },
    }),
    /publishing waits/,
  ],
  ["ignores a signal", (queue) => ({ publish: (task) => queue.publish(task) }), /gives up waiting/],
  [
    "knows no duplicates",
    (queue) => ({
      publish: async (task) => {
        await queue.publish(task);
        return "stored";
      },
    }),
    /duplicate/,
  ],
  ["never pauses", () => ({ pause: async () => {} }), /paused queue/],
  [
    "lists letters oldest first",
    (queue) => ({
      listDeadLetters: async ({ offset, limit }) =>
        (await queue.listDeadLetters({ offset: 0, limit: 1_000 })).toReversed().slice(offset, offset + limit),
    }),
    /newest first/,
  ],
  [
    "loses a retried letter",
    (queue) => ({ retryDeadLetter: (id) => queue.discardDeadLetter(id) }),
    /runs again as attempt 1/,
  ],
  [
    "hands out what nobody asked for",
    (queue) => ({
      consume: (options) => {
        const inner = queue.consume(options);
        const ahead: Promise<IteratorResult<LeasedDelivery, unknown>>[] = [inner.next()];
        const next = () => {
          ahead.push(inner.next());
          return ahead.shift() ?? inner.next();
        };
        return Object.assign(Object.create(inner), { next });
      },
    }),
    /before somebody asks/,
  ],
  ["miscounts", (queue) => ({ stats: () => ({ ...queue.stats(), acked: 0 }) }), /figures add up/],
])("the suite notices a queue that %s", async (_case, how, case_) => {
  const noticed = await noticedBy(broken(how), 500);
  expect(noticed.filter((name) => case_.test(name))).not.toEqual([]);
});

test("names are unique, and the suite holds for a queue that keeps its promises", async () => {
  const names = taskQueuePromises.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(await noticedBy(openMemoryQueue, 10_000)).toEqual([]);
});

test("an adapter that claims little runs fewer cases, and none that needs more", () => {
  const claimed = new Set(["delay"]);
  const runnable = taskQueuePromises.filter(({ needs }) => needs.every((need) => claimed.has(need)));
  expect(runnable.length).toBeGreaterThan(20);
  expect(runnable.length).toBeLessThan(taskQueuePromises.length);
});
