import { onTestFinished } from "vitest";
import type { ProcessEvent, ProcessHost } from "../../../src/app_runtime/processes/api.ts";
import type { Lane, LaneParts, ProcessEngine } from "../../../src/app_runtime/processes/lane.ts";
import { NativeEngine } from "../../../src/app_runtime/processes/native_lane.ts";
import {
  type NativeInput,
  type NativeSelf,
  type NativeStep,
  nativeEntry,
} from "../../../src/app_runtime/processes/native_process.ts";
import { ProcessRuntime } from "../../../src/app_runtime/processes/process_runtime.ts";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";

/** The native engine, of which a test can break lanes or let them hang. */
class BreakableEngine implements ProcessEngine {
  readonly name = "native";
  readonly opened: { readonly parts: LaneParts; readonly lane: Lane }[] = [];
  /** Openings that fail from now on. */
  failures = 0;
  /** Lanes that break before anything is defined on them. */
  breaksWhileOpening = 0;
  readonly #native: NativeEngine;

  constructor(clock: ManualClock) {
    this.#native = new NativeEngine({ clock });
  }

  async open(parts: LaneParts): Promise<Lane> {
    if (this.failures-- > 0) throw new Error("no thread to be had");
    const lane = await this.#native.open(parts);
    this.opened.push({ parts, lane });
    if (this.breaksWhileOpening-- > 0) parts.listener.lost("it broke at once");
    return lane;
  }

  break(slot: number, why: string): void {
    this.opened.findLast(({ parts }) => parts.slot === slot)?.parts.listener.lost(why);
  }

  hang(slot: number): void {
    const lane = this.opened.findLast(({ parts }) => parts.slot === slot)?.lane;
    if (lane !== undefined) Object.defineProperty(lane, "pulse", { get: () => ({ hasWork: true, turns: 0 }) });
  }
}

export interface NativeDesk {
  readonly clock: ManualClock;
  readonly engine: BreakableEngine;
  readonly runtime: ProcessRuntime;
  readonly host: ProcessHost;
  readonly events: ProcessEvent[];
  /** An entry whose processes keep what they read in `heard`, until the reader says what to do. */
  entry(id: string, reader: (input: NativeInput, self: NativeSelf) => NativeStep | undefined): Promise<void>;
}

/** A runtime in which everything is TypeScript and time stands still; closed, without timers left, when the test ends. */
export async function openNativeDesk({ lanes = 2, maxProcesses = 0, maxMessages = 100 } = {}): Promise<NativeDesk> {
  const clock = new ManualClock();
  const engine = new BreakableEngine(clock);
  const runtime = new ProcessRuntime({ clock, engines: [{ engine, lanes }] });
  const events: ProcessEvent[] = [];
  runtime.subscribe((event) => events.push(event));
  await runtime.start();
  onTestFinished(async () => {
    await runtime.close();
    if (clock.pending !== 0) throw new Error(`${clock.pending} timers are left.`);
  });
  const limits = { maxProcesses, maxMemory: 0, maxMessages, maxMailbox: 0 };
  const host = await runtime.host({ id: "app:processes", ...limits });
  return {
    clock,
    engine,
    runtime,
    host,
    events,
    entry: (id, reader) =>
      runtime.entry(
        nativeEntry(id, () => {
          let self: NativeSelf;
          return {
            init: (given) => {
              self = given;
            },
            step: (input) => reader(input, self) ?? { kind: "idle" },
          };
        }),
      ),
  };
}
