import { setTimeout as pause } from "node:timers/promises";
import { bullmqQueueKind } from "../src/adapters/bullmq_queue/index.ts";
import { FileConfigProvider } from "../src/adapters/file_config/index.ts";
import { controlSchema, HttpControl } from "../src/adapters/http_control/index.ts";
import { memoryQueueKind } from "../src/adapters/memory_queue/index.ts";
import { sqliteQueueKind } from "../src/adapters/sqlite_queue/index.ts";
import { done, type RuntimeEvent, RuntimeManager, type Task } from "../src/app_runtime/index.ts";
import { pumpKind } from "./pump_source.ts";

export interface BenchRuntimeParts {
  readonly configFile: string;
  readonly onTask: (task: Task) => void;
  readonly onEvent?: (event: RuntimeEvent) => void;
}

/** A whole runtime with its control plane, whose tasks wait as long as their payload says; not started yet. */
export function newBenchRuntime({ configFile, onTask, onEvent }: BenchRuntimeParts): RuntimeManager {
  return new RuntimeManager({
    modules: [
      {
        name: "bench",
        register: (registry) =>
          registry.handler("wait", {
            needs: [],
            create: () => ({
              async handle(task, { signal }) {
                onTask(task);
                const { takesMs } = task.payload as { readonly takesMs: number };
                if (takesMs > 0) await pause(takesMs, undefined, { signal });
                return done;
              },
            }),
          }),
      },
    ],
    kinds: [memoryQueueKind, sqliteQueueKind, bullmqQueueKind, pumpKind],
    config: { providers: [new FileConfigProvider({ name: configFile, path: configFile })] },
    platformSections: { control: controlSchema },
    infrastructure: (platform) => ({
      components: [new HttpControl({ ...platform, config: platform.section("control", controlSchema) })],
    }),
    readers: onEvent === undefined ? [] : [onEvent],
  });
}
