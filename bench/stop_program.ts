/** A bench runtime that is told to go by a signal, and says to its parent what becomes of its tasks. */
import { handleSignals } from "../src/app_runtime/index.ts";
import { newBenchRuntime } from "./bench_runtime.ts";
import { monotonicMs } from "./monotonic_ms.ts";

/** What happened to a task, and when by the clock of the machine; of the runtime itself without an id. */
export interface Note {
  readonly what: "running" | "started" | "done" | "requeued";
  readonly id?: string;
  readonly at: number;
}

const note = (what: Note["what"], id?: string) =>
  process.send?.({ what, at: monotonicMs(), ...(id && { id }) } satisfies Note);

process.once("disconnect", () => process.exit(1));
const runtime = newBenchRuntime({
  configFile: process.argv[2] ?? "",
  onTask: ({ id }) => note("started", id),
  onEvent: (event) => {
    if (event.kind === "task.done") note("done", event.taskId);
    if (event.kind === "task.requeued") note("requeued", event.taskId);
  },
});
handleSignals({ runtime, exit: (code) => process.exit(code) });
await runtime.start();
note("running");
