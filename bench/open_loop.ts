import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { SeededRandom } from "../src/app_runtime/testing/seeded_random.ts";
import { monotonicMs } from "./monotonic_ms.ts";

/** The thread is awake by then. */
const leadMs = 20;

export interface Visits {
  readonly count: number;
  /** On the average. */
  readonly perSecond: number;
}

/**
 * Calls `visit` when each of so many independent visitors is due (a Poisson process, the same gaps each time), whether or
 * not those before it have been served; `dueAt` is in {@link monotonicMs}. A thread of its own keeps the time, since timers
 * count whole milliseconds. Resolves when all have been served.
 */
export async function openLoop(
  { count, perSecond }: Visits,
  visit: (n: number, dueAt: number) => Promise<unknown>,
): Promise<void> {
  const dueAt = new Float64Array(new SharedArrayBuffer(count * Float64Array.BYTES_PER_ELEMENT));
  const thread = new Worker(new URL("./metronome_thread.ts", import.meta.url), { workerData: dueAt });
  await once(thread, "message");
  fill(dueAt, perSecond);
  const served: Promise<unknown>[] = [];
  thread.on("message", (upTo: number) => {
    for (let n = served.length; n < upTo; n += 1) served.push(visit(n, dueAt[n] ?? 0));
  });
  thread.postMessage("begin");
  await once(thread, "exit");
  await Promise.all(served);
}

function fill(dueAt: Float64Array, perSecond: number): void {
  const random = new SeededRandom(1);
  let at = monotonicMs() + leadMs;
  for (let n = 0; n < dueAt.length; n += 1) {
    at += (-Math.log(1 - random.next()) / perSecond) * 1_000;
    dueAt[n] = at;
  }
}
