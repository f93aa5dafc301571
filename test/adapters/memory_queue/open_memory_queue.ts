import { MemoryQueue } from "../../../src/adapters/memory_queue/index.ts";
import type { RuntimeEventBody } from "../../../src/app_runtime/contracts/runtime_event.ts";
import type { QueueSettings } from "../../../src/app_runtime/contracts/task_queue.ts";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";
import type { QueueUnderTest } from "../../../src/app_runtime/testing/task_queue/queue_under_test.ts";

/** A memory queue on a clock of its own; closing it must leave no timer. */
export async function openMemoryQueue(options: {
  readonly settings: QueueSettings;
}): Promise<QueueUnderTest & { readonly clock: ManualClock }> {
  const clock = new ManualClock();
  const events: RuntimeEventBody[] = [];
  const queue = new MemoryQueue({
    name: "orders",
    settings: options.settings,
    clock,
    events: {
      heard: true,
      emit: (event) => void events.push(event),
      subscribe: () => ({ [Symbol.dispose]: () => {} }),
    },
  });
  await queue.open();
  return {
    queue,
    clock,
    events,
    close: async () => {
      await queue.close();
      if (clock.pending > 0) throw new Error(`${clock.pending} timers are left after close()`);
    },
  };
}
