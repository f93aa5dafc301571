import { expect, test } from "vitest";
import { memoryQueueKind } from "../../../src/adapters/memory_queue/index.ts";
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
    if (!promise.needs.every((need) => memoryQueueKind.capabilities.has(need))) continue;
    const failure = await promise.run(open, { limitMs }).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (failure !== undefined) noticed.push(promise.name);
  }
  return noticed;
}

function newestFirst(queue: TaskQueue): Partial<TaskQueue> {
  let published = 0;
  return {
    publish: (task, options) => {
      published += 1;
      return queue.publish({ ...task, priority: published }, options);
    },
  };
}

/** A queue that claims to survive and to be shared, and whose other processes find nothing. */
const forgetful: OpenQueue = async (options) => {
  const opened = await openMemoryQueue(options);
  const others: { close(): Promise<void> }[] = [];
  const another = async () => {
    const next = await openMemoryQueue(options);
    others.push(next);
    return next.queue;
  };
  const crash = (queue: TaskQueue) => queue.close();
  const close = async () => {
    for (const each of [opened, ...others]) await each.close();
  };
  return { ...opened, another, crash, close };
};

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
  ["loses an ack", () => ({ ack: async () => {} }), /acked does not come again/],
  [
    "breaks the order of a key",
    (queue) => ({
      publish: ({ orderKey: _forgotten, ...task }, options) => queue.publish(task, options),
    }),
    /one order key run one at a time/,
  ],
  ["hands out the newest first", newestFirst, /in the order they went in/],
  ["miscounts", (queue) => ({ stats: () => ({ ...queue.stats(), acked: 0 }) }), /figures add up/],
])("the suite notices a queue that %s", async (_case, how, case_) => {
  const noticed = await noticedBy(broken(how), 500);
  expect(noticed.filter((name) => case_.test(name))).not.toEqual([]);
});

test("the suite notices a queue that ignores the lease", async () => {
  const noticed = await noticedBy(
    ({ settings }) => openMemoryQueue({ settings: { ...settings, leaseMs: 1_000_000 } }),
    500,
  );
  expect(noticed).toContain("a task nobody settles in time is handed out again, as a crash of the same attempt");
  expect(noticed).toContain("ack without the lease is refused, and changes nothing");
});

test("the suite notices a queue that survives nothing and shares nothing, in each case about it", async () => {
  const cases = taskQueuePromises.filter(({ name }) => /^(after a crash|among processes): /.test(name));
  expect(cases.length).toBeGreaterThan(20);
  const unnoticed: string[] = [];
  for (const promise of cases) {
    await promise.run(forgetful, { limitMs: 500 }).then(
      () => unnoticed.push(promise.name),
      () => undefined,
    );
  }
  // A queue that hands nothing out keeps this one.
  expect(unnoticed).toEqual([
    "among processes: a lease that is renewed in one is not taken by another, however long it lasts",
  ]);
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
