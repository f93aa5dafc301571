import type { Worker } from "node:worker_threads";
import { onTestFinished } from "vitest";
import { LuaEngine, type LuaEngineOptions, luaEntry } from "../../../../src/adapters/lua/index.ts";
import { type ProcessEvent, ProcessRuntime, SystemClock } from "../../../../src/app_runtime/index.ts";

/** A runtime whose Lua runs in threads, closed when the test ends. `sources` are entries `app:<name>`. */
export async function openLuaDesk(
  sources: Readonly<Record<string, string>>,
  {
    lanes = 2,
    hangLimitMs = 1_000,
    ...options
  }: LuaEngineOptions & { readonly lanes?: number; readonly hangLimitMs?: number } = {},
) {
  const engine = { engine: new LuaEngine(options), lanes };
  const runtime = new ProcessRuntime({ clock: new SystemClock(), engines: [engine], hangLimitMs });
  onTestFinished(() => runtime.close());
  const events: ProcessEvent[] = [];
  runtime.subscribe((event) => events.push(event));
  await runtime.start();
  const host = await runtime.host({
    id: "app:processes",
    maxProcesses: 0,
    maxMemory: 64 << 20,
    maxMessages: 1_000_000,
    maxMailbox: 64 << 20,
  });
  for (const [name, source] of Object.entries(sources)) await runtime.entry(luaEntry(`app:${name}`, { source }));
  const spawn = (name: string, ...values: readonly unknown[]) =>
    runtime.spawn(`app:${name}`, "app:processes", ...values);
  return { runtime, host, events, spawn };
}

/** The same, with the threads of its lanes: one for each slot. */
export async function openBreakableDesk(sources: Readonly<Record<string, string>>) {
  const workers: Worker[] = [];
  const note = (worker: Worker) => {
    workers.push(worker);
  };
  process.on("worker", note);
  try {
    return { ...(await openLuaDesk(sources)), workers };
  } finally {
    process.off("worker", note);
  }
}

/** The slot of the lane that a process runs on. */
export function slotOf(pid: string): number {
  return (Number.parseInt(/0x([0-9a-f]+)\}$/.exec(pid)?.[1] ?? "", 16) >> 12) & 63;
}
