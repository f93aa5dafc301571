import { readFileSync } from "node:fs";
import { Lane } from "../../../../src/adapters/lua/engine/lane.ts";
import type { LuaEnd, LuaLog } from "../../../../src/adapters/lua/engine/outbox.ts";
import type { NameTable } from "../../../../src/app_runtime/processes/api.ts";

const built = new URL("../../../../native/lua/out/lane.wasm", import.meta.url);
let module: WebAssembly.Module | undefined;

/** A lane on this thread, whose time stands still but for `advance`. */
export class TestLane {
  readonly lane: Lane;
  readonly lines: string[] = [];
  readonly logs: LuaLog[] = [];
  readonly ends = new Map<string, LuaEnd>();
  #now = 0;
  #numbers = 1;

  constructor(
    options: {
      readonly slice?: number;
      readonly shortPids?: boolean;
      readonly maxMemory?: number;
      readonly maxProcesses?: number;
    } = {},
  ) {
    module ??= new WebAssembly.Module(readFileSync(built));
    const { maxMemory = 64 << 20, maxProcesses = 0, ...rest } = options;
    this.lane = new Lane({
      module,
      calls: {
        now: () => this.#now,
        wall: () => 1_700_000_000_000 + this.#now,
        numbers: () => {
          const first = this.#numbers;
          this.#numbers += 4096;
          return first;
        },
        names: nameTable(),
      },
      listener: {
        ended: (end) => this.ends.set(end.pid, end),
        logged: (record) => {
          this.logs.push(record);
          this.lines.push(record.text);
        },
      },
      ...rest,
    });
    this.lane.defineHost({
      id: "app:processes",
      maxProcesses,
      maxMemory,
      maxMessages: 1_000_000,
      maxMailbox: 64 << 20,
    });
  }

  advance(ms: number): void {
    this.#now += ms;
  }

  /** Runs a process to its end, and time with it while nothing else happens. */
  finish(pid: string, limitMs = 60_000): LuaEnd {
    for (const until = this.#now + limitMs; ; ) {
      const next = this.lane.run();
      const end = this.ends.get(pid);
      if (end !== undefined) return end;
      if (next === undefined || this.#now > until)
        throw new Error(`${pid} neither ended nor waits for a timer.\n${this.lines.join("\n")}`);
      this.advance(next);
    }
  }
}

function nameTable(): NameTable {
  const pids = new Map<string, string>();
  return {
    register: (name, pid) => {
      if ((pids.get(name) ?? pid) !== pid) return "taken";
      pids.set(name, pid);
      return "done";
    },
    lookup: (name) => pids.get(name),
    unregister: (name, pid) => {
      const owner = pids.get(name);
      if (owner === undefined) return "unknown";
      return owner === pid && pids.delete(name) ? "done" : "foreign";
    },
    release: (pid) => {
      for (const [name, owner] of pids) if (owner === pid) pids.delete(name);
    },
  };
}
