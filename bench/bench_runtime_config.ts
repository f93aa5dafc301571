import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { QueuePlace } from "./queue_of_kind.ts";

export interface BenchRuntimeSettings extends QueuePlace {
  /** For its data and its configuration, below `directory`. */
  readonly name: string;
  readonly controlPort: number;
  readonly concurrency: number;
  /** Keys of the pump; absent: nothing comes in. */
  readonly pump?: { readonly tasks?: number; readonly takesMs?: number };
  readonly deadline?: string;
}

/** Writes the configuration of a runtime with one queue and one pool; returns where it stands. */
export async function writeBenchRuntimeConfig(settings: BenchRuntimeSettings): Promise<string> {
  const { directory, name, controlPort, concurrency, pump, deadline = "30s" } = settings;
  const config = {
    platform: {
      dataDir: join(directory, name),
      control: { port: controlPort },
      shutdown: { deadline },
      watchConfig: false,
    },
    queues: { work: queueOf(settings) },
    ...(pump && { sources: { pump: { adapter: "pump", queue: "work", ...pump } } }),
    workers: { work: { queue: "work", handler: "wait", concurrency, timeout: "5m" } },
  };
  const file = join(directory, `${name}.json`);
  await writeFile(file, JSON.stringify(config, null, 2));
  return file;
}

function queueOf({ kind, directory, port }: QueuePlace): Readonly<Record<string, unknown>> {
  if (kind === "sqlite") return { adapter: kind, file: join(directory, "queue.sqlite") };
  return kind === "bullmq" ? { adapter: kind, redis: { port }, prefix: basename(directory) } : { adapter: kind };
}
