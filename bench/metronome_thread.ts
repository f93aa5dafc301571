/** Says how many are due by now, each time that another one is. */
import { parentPort, workerData } from "node:worker_threads";
import { monotonicMs } from "./monotonic_ms.ts";

const dueAt = workerData as Float64Array;
const never = new Int32Array(new SharedArrayBuffer(4));

parentPort?.once("message", () => {
  for (let n = 0; n < dueAt.length; ) {
    const leftMs = (dueAt[n] ?? 0) - monotonicMs();
    if (leftMs > 0) Atomics.wait(never, 0, 0, leftMs);
    const now = monotonicMs();
    while (n < dueAt.length && (dueAt[n] ?? 0) <= now) n += 1;
    parentPort?.postMessage(n);
  }
});
parentPort?.postMessage("ready");
