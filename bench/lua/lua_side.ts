import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { Lane } from "../../src/adapters/lua/engine/lane.ts";
import { answerParent } from "../run_apart.ts";
import { programs } from "./lua_programs.ts";

export interface LuaRequest {
  readonly name: string;
  readonly quick: boolean;
}

/** A rate is per second of CPU time. */
export type LuaFigures = Readonly<Record<string, number>>;

const built = new URL("../../native/lua/out/lane.wasm", import.meta.url);
const suite = new URL("./cpu.lua", import.meta.url);

/** One lane whose processes may look at the CPU clock: by the names "begin" and "end". */
class BenchLane {
  readonly lane: Lane;
  readonly marks = new Map<string, number>();
  readonly values = new Map<string, unknown>();

  constructor(slice = 20_000) {
    let numbers = 1;
    this.lane = new Lane({
      module: new WebAssembly.Module(readFileSync(built)),
      slice,
      shortPids: true,
      calls: {
        now: () => performance.now(),
        wall: () => Date.now(),
        numbers: () => {
          numbers += 4096;
          return numbers - 4096;
        },
        names: {
          register: () => "done",
          lookup: (name) => void this.marks.set(name, cpuS()),
          unregister: () => "done",
          release: () => undefined,
        },
      },
      listener: {
        ended: (end) => {
          if (end.failed) throw new Error(`${end.pid}: ${end.error.message}`);
          this.values.set(end.pid, end.value);
        },
        logged: () => undefined,
      },
    });
    const limits = { maxProcesses: 0, maxMemory: 512 << 20, maxMessages: 1_000_000, maxMailbox: 512 << 20 };
    this.lane.defineHost({ id: "app:bench", ...limits });
    for (const [name, source] of Object.entries(programs)) this.lane.defineEntry({ id: `app:${name}`, source });
  }

  start(name: string, ...values: unknown[]): string {
    return this.lane.spawn(`app:${name}`, "app:bench", values);
  }

  /** Runs a program to its end and what it left until nothing is ready; seconds of CPU time. */
  finish(name: string, ...values: unknown[]): number {
    const pid = this.start(name, ...values);
    const begun = cpuS();
    for (let next: number | undefined = 0; next === 0 || !this.values.has(pid); ) {
      next = this.lane.run();
      if (next !== undefined && next > 1) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, next);
    }
    return cpuS() - begun;
  }

  mark(name: string): number {
    return this.marks.get(name) ?? Number.NaN;
  }
}

function cpuS(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

const works: Readonly<Record<string, (few: number) => LuaFigures>> = {
  spawn_exit: (few) => {
    const [lane, count] = [new BenchLane(), 1_000_000 / few];
    lane.finish("spawner", "app:short", 50_000);
    return { perS: count / lane.finish("spawner", "app:short", count) };
  },
  spawn_idle: (few) => {
    const [lane, count] = [new BenchLane(), 200_000 / few];
    const before = lane.lane.memory;
    const s = lane.finish("spawner", "app:idle", count);
    return { perS: count / s, bytesEach: (lane.lane.memory - before) / count };
  },
  ping_table: (few) => messages("ping", 1_000_000 / few),
  ping_number: (few) => messages("ping_number", 1_500_000 / few),
  ring: (few) => {
    const [lane, hops] = [new BenchLane(), 1_000_000 / few];
    lane.finish("ring", 100_000 / few, hops);
    return { perS: hops / (lane.mark("end") - lane.mark("begin")) };
  },
  fan_in: (few) => {
    const lane = new BenchLane();
    lane.finish("sink", 100, 100);
    return { perS: (100 * 10_000) / few / lane.finish("sink", 100, 10_000 / few) };
  },
  idle_neighbours: (few) => {
    const [lane, count] = [new BenchLane(), 500_000 / few];
    lane.finish("ping", 50_000);
    const alone = lane.finish("ping", count);
    lane.finish("spawner", "app:idle", 100_000 / few);
    return { slowdown: lane.finish("ping", count) / alone };
  },
  preemption: (few) => {
    const [often, never] = [new BenchLane(), new BenchLane(1_000_000_000)];
    const n = few === 1 ? 30 : 22;
    for (const lane of [often, never]) lane.finish("spinning", 20);
    return { slowdown: often.finish("spinning", n) / never.finish("spinning", n) };
  },
  cpu_suite: (few) => {
    const lane = new BenchLane();
    const source = readFileSync(suite, "utf8");
    const names = [...source.matchAll(/^function suite\.(\w+)/gm)].map((match) => String(match[1]));
    const figures: Record<string, number> = {};
    for (const method of names) {
      lane.lane.defineEntry({ id: `app:${method}`, source, method });
      lane.finish(method, few === 1 ? 1 : 0.1);
      figures[method] = Math.min(...[1, 2, 3].map(() => lane.finish(method, few === 1 ? 1 : 0.1)));
    }
    return figures;
  },
  js_request: (few) => {
    const [lane, count] = [new BenchLane(), 200_000 / few];
    const ask = (requests: number) => {
      const begun = cpuS();
      for (let n = 0; n < requests; n += 1) {
        lane.start("double", { n });
        if (n % 64 === 0) lane.lane.run();
      }
      while (lane.lane.run() === 0);
      return cpuS() - begun;
    };
    ask(10_000);
    return { perS: count / ask(count) };
  },
  timers: (few) => ({ perS: 100_000 / few / new BenchLane().finish("timers", 100_000 / few) }),
  links: (few) => {
    const [lane, count] = [new BenchLane(), 100_000 / few];
    lane.finish("star", count);
    return { perS: count / (cpuS() - lane.mark("begin")) };
  },
  select: (few) => ({ perS: 1_000_000 / few / new BenchLane().finish("chooser", 1_000_000 / few) }),
  ticks: (few) => {
    const [lane, seconds] = [new BenchLane(), few === 1 ? 4 : 1];
    lane.finish("spawner", "app:ticking", 10_000);
    const [begun, until] = [cpuS(), performance.now() + seconds * 1000];
    while (performance.now() < until) {
      const next = lane.lane.run() ?? 1;
      if (next > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.max(next, 0.5));
    }
    return { cpuShare: (cpuS() - begun) / seconds };
  },
};

function messages(program: string, count: number): LuaFigures {
  const lane = new BenchLane();
  lane.finish(program, 50_000);
  return { perS: (2 * count) / lane.finish(program, count) };
}

await answerParent(async ({ name, quick }: LuaRequest) => works[name]?.(quick ? 20 : 1) ?? {});
