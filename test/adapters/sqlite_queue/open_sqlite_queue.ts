import { join } from "node:path";
import type { DatabaseLimits } from "../../../src/adapters/sqlite/index.ts";
import { SqliteQueue } from "../../../src/adapters/sqlite_queue/index.ts";
import type { RuntimeEventBody } from "../../../src/app_runtime/contracts/runtime_event.ts";
import type { QueueSettings } from "../../../src/app_runtime/contracts/task_queue.ts";
import { ManualClock, settlePromises } from "../../../src/app_runtime/testing/manual_clock.ts";
import type { QueueUnderTest, SuiteClock } from "../../../src/app_runtime/testing/task_queue/queue_under_test.ts";
import { makeTempDir } from "../../support/make_temp_dir.ts";

/** Time moves in steps, and after each the databases have answered what they were asked. */
const stepMs = 10;

/** SQLite queues on one file and one clock; closing them must leave no timer. */
export async function openSqliteQueue(options: {
  readonly settings: QueueSettings;
  readonly file?: string;
  readonly limits?: Partial<DatabaseLimits>;
}): Promise<
  QueueUnderTest & { readonly queue: SqliteQueue; readonly clock: SuiteClock & { jumpWall(ms: number): void } }
> {
  const directory = options.file === undefined ? makeTempDir() : undefined;
  const file = options.file ?? join(directory?.path ?? "", "orders.sqlite");
  const time = new ManualClock();
  const events: RuntimeEventBody[] = [];
  const queues: SqliteQueue[] = [];
  const open = async () => {
    const queue = new SqliteQueue({
      name: "orders",
      settings: options.settings,
      clock: time,
      events: {
        heard: true,
        emit: (event) => void events.push(event),
        subscribe: () => ({ [Symbol.dispose]: () => {} }),
      },
      file,
      ...(options.limits && { limits: options.limits }),
    });
    await queue.open();
    queues.push(queue);
    return queue;
  };
  const settle = async () => {
    for (let round = 0; round < 2; round += 1) {
      await settlePromises();
      for (const queue of queues) await queue.idle();
    }
  };
  const clock = {
    now: () => time.now(),
    wallNow: () => time.wallNow(),
    jumpWall: (ms: number) => time.jumpWall(ms),
    advance: async (ms: number) => {
      await settle();
      for (let left = ms; left > 0; left -= stepMs) {
        await time.advance(Math.min(left, stepMs));
        await settle();
      }
    },
  };
  return {
    queue: await open(),
    clock,
    events,
    another: open,
    crash: (queue) => queue.close(),
    close: async () => {
      for (const queue of queues) await queue.close();
      directory?.remove();
      if (time.pending > 0) throw new Error(`${time.pending} timers are left after close()`);
    },
  };
}
