import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { SqliteQueue } from "../../../src/adapters/sqlite_queue/index.ts";
import { SystemClock } from "../../../src/app_runtime/base/clock.ts";
import { sampleTask } from "../../../src/app_runtime/testing/sample_task.ts";
import { suiteSettings } from "../../../src/app_runtime/testing/task_queue/queue_desk.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { silentEvents } from "./shared_settings.ts";

/** As handlers do whose timers are due at once: the loop does not turn between them. */
async function compute(ms: number): Promise<void> {
  const until = performance.now() + ms;
  while (performance.now() < until);
  for (let step = 0; step < 50; step += 1) await Promise.resolve();
}

/** True until the loop has turned. */
function thisTurn(): () => boolean {
  let lasts = true;
  setImmediate(() => {
    lasts = false;
  });
  return () => lasts;
}

test("a worker gets its next task while others keep the loop busy", async () => {
  const file = join(tempDir(), "orders.sqlite");
  const queue = new SqliteQueue({
    name: "orders",
    settings: suiteSettings,
    clock: new SystemClock(),
    events: silentEvents,
    file,
  });
  await queue.open();
  onTestFinished(() => queue.close());
  const stop = new AbortController();
  const deliveries = queue.consume({ signal: stop.signal, concurrency: 100 });
  await Promise.all(["one", "two"].map((id) => queue.publish(sampleTask(id))));
  const first = await deliveries.next();
  if (first.done === true) throw new Error("the consumer ended");

  const lasts = thisTurn();
  let second: string | undefined;
  const worker = queue.ack(first.value).then(async () => {
    const { value } = await deliveries.next();
    second = value?.task.id;
  });
  const others: Promise<unknown>[] = [];
  for (let n = 0; n < 200 && second === undefined; n += 1) {
    await compute(5);
    others.push(queue.publish(sampleTask(`other-${n}`)));
  }

  expect({ second, lasts: lasts() }).toEqual({ second: "two", lasts: true });
  await Promise.all([worker, ...others]);
});
