import type { NameTable } from "../../../app_runtime/processes/api.ts";

import { HostModules } from "../modules/host_modules.ts";

/** What native/lua/host exports: addresses and lengths are offsets into its memory, in bytes. */
export interface LaneExports {
  readonly memory: WebAssembly.Memory;
  _initialize(): void;
  memory_take(size: number): number;
  memory_give(block: number, size: number): void;
  lane_begin(node: number, nodeLength: number, shortPids: number, slice: number): void;
  lane_run(slices: number): number;
  entry_define(
    id: number,
    idLength: number,
    chunkName: number,
    source: number,
    length: number,
    method: number,
    message: number,
    messageSize: number,
  ): number;
  host_define(
    id: number,
    idLength: number,
    maxProcesses: number,
    maxMemory: number,
    maxMessages: number,
    maxMailbox: number,
    whenFull: number,
    batchSends: number,
  ): void;
  entry_modules(id: number, idLength: number, names: number, length: number): void;
  spawn(entry: number, entryLength: number, host: number, hostLength: number, values: number, count: number): number;
  spawn_text(): number;
  process_send(
    pid: number,
    pidLength: number,
    topic: number,
    topicLength: number,
    value: number,
    length: number,
  ): number;
  process_terminate(pid: number, length: number): number;
  process_cancel(
    pid: number,
    length: number,
    delay: number,
    reason: number,
    reasonLength: number,
    enforced: number,
  ): number;
  process_count(): number;
  /** Takes no new processes, sends CANCEL to all, and ends those that are left after so many milliseconds. */
  host_stop(id: number, length: number, patience: number): void;
  /** Processes of a host. */
  host_live(id: number, length: number): number;
  /** A message from another lane: 0 taken, 1 no such process, 2 its mailbox is full. */
  remote_send(
    to: number,
    toLength: number,
    from: number,
    fromLength: number,
    topic: number,
    topicLength: number,
    value: number,
    length: number,
  ): number;
  remote_signal(to: number, toLength: number, from: number, fromLength: number, signal: number, length: number): void;
  remote_lost(slot: number): void;
  outbox_bytes(): number;
  outbox_length(): number;
  outbox_clear(): void;
}

/** What the lane asks of JavaScript at once; everything else goes through its outbox, once a turn. */
export interface LaneCalls {
  /** Monotonic milliseconds. */
  now(): number;
  /** Milliseconds since 1970 UTC. */
  wall(): number;
  /** The first of 4,096 numbers that no other process has or had. */
  numbers(): number;
  /** Does another lane have or had the process with that number? Absent: there is no other lane. */
  elsewhere?(number: number): boolean;
  readonly names: NameTable;
}

/** WASI's answer of a system that offers nothing: the C library asks for files and a clock that nobody uses. */
const notSupported = 8;

/** A new instance, initialized; its lane has not begun. */
export function instantiateLane(module: WebAssembly.Module, calls: LaneCalls): LaneExports {
  const bytes = (at: number, length: number) => Buffer.from(lane.memory.buffer, at, length);
  const text = (at: number, length: number) => bytes(at, length).toString();
  const modules = new HostModules();
  const host: Record<string, unknown> = {
    now: () => calls.now(),
    wall: () => calls.wall(),
    numbers: () => calls.numbers(),
    elsewhere: (number: number) => (calls.elsewhere?.(number) ? 1 : 0),
    print: () => undefined,
    name_register: (name: number, length: number, pid: number, pidLength: number) =>
      ["done", "taken", "full"].indexOf(calls.names.register(text(name, length), text(pid, pidLength))),
    name_lookup: (name: number, length: number, to: number, size: number) => {
      const pid = calls.names.lookup(text(name, length));
      return pid === undefined ? -1 : Buffer.from(lane.memory.buffer, to, size).write(pid);
    },
    name_unregister: (name: number, length: number, pid: number, pidLength: number) =>
      ["done", "unknown", "foreign"].indexOf(calls.names.unregister(text(name, length), text(pid, pidLength))),
    names_release: (pid: number, length: number) => calls.names.release(text(pid, length)),
    module_call: (name: number, length: number, values: number, valuesLength: number) =>
      modules.call(text(name, length), bytes(values, valuesLength)),
    module_answer: (to: number) => {
      const answer = modules.takeAnswer();
      bytes(to, answer.length).set(answer);
    },
  };
  const imports: Record<string, Record<string, unknown>> = { host };
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    if (from === "host") continue;
    imports[from] = { ...imports[from], [name]: () => notSupported };
  }
  const lane = new WebAssembly.Instance(module, imports).exports as LaneExports;
  lane._initialize();
  return lane;
}
