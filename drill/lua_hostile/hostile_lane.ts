import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { Lane } from "../../src/adapters/lua/engine/lane.ts";
import type { ProcessEnd } from "../../src/app_runtime/index.ts";
import { children, type HostileScript } from "./hostile_scripts.ts";

const built = new URL("../../native/lua/out/lane.wasm", import.meta.url);

/** Asks, and has the drill look at its watch each time: a look-up of a name is answered by whoever leads the lane. */
const asking = `return function(peer)
  local answers = process.listen("answer")
  while true do
    process.registry.lookup("watch")
    process.send(peer, "question", process.pid())
    answers:receive()
  end
end`;

const answering = `return function()
  local questions = process.listen("question")
  while true do process.send(questions:receive(), "answer", 1) end
end`;

const neighbour = { maxMemory: 4 << 20, maxMessages: 10_000, maxMailbox: 16 << 20, maxProcesses: 0 };
const hostile = { maxMemory: 16 << 20, maxMessages: 10_000, maxMailbox: 16 << 20, maxProcesses: 2_000 };

/** One lane with a pair of good neighbours. */
export class HostileLane {
  readonly lane: Lane;
  readonly ends = new Map<string, ProcessEnd>();
  readonly names = new Map<string, string>();
  readonly asker: string;
  /** Milliseconds of each question with its answer. */
  trips: number[] = [];
  lines = 0;
  #askedAt = 0;

  constructor(scripts: readonly HostileScript[]) {
    let number = 1;
    this.lane = new Lane({
      module: new WebAssembly.Module(readFileSync(built)),
      calls: {
        now: () => performance.now(),
        wall: () => Date.now(),
        numbers: () => {
          const first = number;
          number += 4096;
          return first;
        },
        names: {
          register: (name, pid) => {
            const owner = this.names.get(name) ?? pid;
            if (owner === pid) this.names.set(name, pid);
            return owner === pid ? "done" : "taken";
          },
          lookup: (name) => (name === "watch" ? this.#look() : this.names.get(name)),
          unregister: (name) => (this.names.delete(name) ? "done" : "unknown"),
          release: (pid) => this.#release(pid),
        },
      },
      listener: {
        ended: (end) => this.ends.set(end.pid, end),
        logged: () => {
          this.lines += 1;
        },
      },
    });
    this.lane.defineHost({ id: "app:drill", ...neighbour });
    this.lane.defineHost({ id: "app:hostile", ...hostile });
    this.lane.defineEntry({ id: "app:answering", source: answering });
    this.lane.defineEntry({ id: "app:asking", source: asking });
    for (const { name, source } of [...children, ...scripts]) this.lane.defineEntry({ id: `app:${name}`, source });
    this.asker = this.lane.spawn("app:asking", "app:drill", [this.lane.spawn("app:answering", "app:drill")]);
  }

  start(script: HostileScript): string {
    return this.lane.spawn(`app:${script.name}`, "app:hostile", [this.asker]);
  }

  /** Runs until then, or until a process has ended; true: it has. */
  runUntil(at: number, pid?: string): boolean {
    while (performance.now() < at) {
      this.lane.run();
      if (pid !== undefined && this.ends.has(pid)) return true;
    }
    return false;
  }

  /** A question that is still open counts as long as it has lasted. */
  takeTrips(): readonly number[] {
    const taken = [...this.trips, performance.now() - this.#askedAt];
    this.trips = [];
    return taken;
  }

  #look(): undefined {
    const now = performance.now();
    if (this.#askedAt > 0) this.trips.push(now - this.#askedAt);
    this.#askedAt = now;
  }

  #release(pid: string): void {
    for (const [name, owner] of this.names) if (owner === pid) this.names.delete(name);
  }
}
