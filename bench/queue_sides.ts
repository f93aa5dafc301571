import { startRedis } from "../test/support/redis.ts";
import { inBenchDirectory } from "./bench_directory.ts";
import type { QueuePlace } from "./queue_of_kind.ts";
import { runApart } from "./run_apart.ts";

/** Calls `use` with what runs a side on an empty queue of each kind, in a process of its own. */
export async function withQueueSides<R, T>(
  use: (run: <F>(script: URL, kind: QueuePlace["kind"], request: R) => Promise<F>) => Promise<T>,
): Promise<T> {
  const redis = await startRedis();
  try {
    return await use((script, kind, request) =>
      inBenchDirectory((directory) => runApart(script, { ...request, kind, directory, port: redis.port })),
    );
  } finally {
    await redis.stop();
  }
}
