import { writeSync } from "node:fs";
import { SqliteQueue } from "../../../src/adapters/sqlite_queue/index.ts";
import { SystemClock } from "../../../src/app_runtime/base/clock.ts";
import { sampleTask } from "../../../src/app_runtime/testing/sample_task.ts";
import { sharedSettings, silentEvents } from "./shared_settings.ts";

// Publishes and works off, says each step before the next (accepted, held since, effect, acked), and is killed, by itself,
// after so many of them: that is wherever its database is just then.
const [file = "", name = "", atMost = "0"] = process.argv.slice(2);
const clock = new SystemClock();
const queue = new SqliteQueue({ name: "orders", settings: sharedSettings, clock, events: silentEvents, file });
await queue.open();

let said = 0;
function say(...words: readonly (string | number)[]): void {
  writeSync(1, `${words.join(" ")}\n`);
  said += 1;
  if (said >= Number(atMost)) process.kill(process.pid, "SIGKILL");
}

async function publish(lane: number): Promise<never> {
  for (let n = 0; ; n += 1) {
    const id = `${name}-${lane}-${n}`;
    await queue.publish(sampleTask(id, n % 3 === 0 ? { orderKey: `key-${n % 9}` } : {}));
    say("accepted", id);
  }
}

async function work(): Promise<void> {
  for await (const delivery of deliveries) {
    // Milliseconds of the machine's monotonic clock, which all its processes share.
    const machineNow = Number(process.hrtime.bigint()) / 1e6;
    const heldSince = machineNow - (clock.now() - (delivery.leaseUntil - sharedSettings.leaseMs));
    const { id } = delivery.task;
    say("held", id, heldSince);
    await new Promise((resolve) => setImmediate(resolve));
    say("effect", id);
    await queue.ack(delivery);
    say("acked", id);
  }
}

const deliveries = queue.consume({ signal: new AbortController().signal, concurrency: 8 });
await Promise.all([...Array.from({ length: 4 }, (_, lane) => publish(lane)), ...Array.from({ length: 8 }, work)]);
