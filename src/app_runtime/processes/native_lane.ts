import type { Clock } from "../base/clock.ts";
import { Fifo } from "../base/fifo.ts";
import { consequencesOf, linkedProcessFailed, type Relation } from "./exit_propagation.ts";
import type {
  CancelOptions,
  Lane,
  LaneParts,
  Letter,
  ProcessEnd,
  ProcessEngine,
  ProcessEntry,
  ProcessHostSettings,
  Pulse,
  SpawnRequest,
} from "./lane.ts";
import {
  type NativeInput,
  type NativeSelf,
  type NativeStep,
  nativeEngineName,
  type StateMachine,
} from "./native_process.ts";
import { formatPid, parsePid } from "./pid.ts";
import { ProcessRefusedError } from "./process_errors.ts";

const stepsInTurn = 1_000;
const numbersInBlock = 4_096;
const usualPatienceMs = 30_000;

interface NativeProcess {
  readonly number: number;
  readonly pid: string;
  readonly host: string;
  readonly machine: StateMachine;
  readonly inputs: Fifo<NativeInput>;
  readonly watchers: Set<NativeProcess>;
  readonly links: Set<NativeProcess>;
  readonly self: NativeSelf;
  deadline?: Disposable;
  isQueued: boolean;
}

/** Processes in TypeScript, on the thread of the application. */
export class NativeEngine implements ProcessEngine {
  readonly name = nativeEngineName;
  readonly #clock: Clock;

  constructor({ clock }: { readonly clock: Clock }) {
    this.#clock = clock;
  }

  async open(parts: LaneParts): Promise<Lane> {
    return new NativeLane(parts, this.#clock);
  }
}

class NativeLane implements Lane {
  readonly #parts: LaneParts;
  readonly #clock: Clock;
  readonly #hosts = new Map<string, ProcessHostSettings>();
  readonly #stopping = new Set<string>();
  readonly #entries = new Map<string, () => StateMachine>();
  readonly #processes = new Map<number, NativeProcess>();
  readonly #ready = new Fifo<NativeProcess>();
  #numbers = { next: 0, end: 0 };
  #turns = 0;
  #turn: Disposable | undefined;

  constructor(parts: LaneParts, clock: Clock) {
    this.#parts = parts;
    this.#clock = clock;
  }

  get load(): number {
    return this.#processes.size;
  }

  get pulse(): Pulse {
    return { hasWork: this.#ready.size > 0, turns: this.#turns };
  }

  async defineHost(host: ProcessHostSettings): Promise<void> {
    this.#hosts.set(host.id, host);
  }

  async defineEntry({ id, code }: ProcessEntry): Promise<void> {
    this.#entries.set(id, code as () => StateMachine);
  }

  async spawn({ entry, host, values }: SpawnRequest): Promise<string> {
    const make = this.#entries.get(entry);
    if (make === undefined) throw new ProcessRefusedError(entry, host, "entry not found");
    const full = this.#fullness(host);
    if (full !== undefined) throw new ProcessRefusedError(entry, host, full);
    const process = this.#make({ entry, host }, make());
    try {
      process.machine.init?.(process.self, values);
    } catch (thrown) {
      this.#forget(process);
      throw new ProcessRefusedError(entry, host, errorOf(thrown).message);
    }
    this.#give(process, { kind: "again" });
    return process.pid;
  }

  deliver({ to, from, content }: Letter): boolean {
    const process = this.#find(to);
    if (content.kind === "signal") return true;
    const { topic, value } = content;
    if (process === undefined || !this.#hasRoom(process)) this.#parts.listener.refused(1);
    else this.#give(process, { kind: "message", topic, from, value: value.open() });
    return true;
  }

  terminate(pid: string): void {
    const process = this.#find(pid);
    if (process !== undefined) this.#fail(process, new Error("process terminated"));
  }

  cancel(pid: string, options: CancelOptions): void {
    const process = this.#find(pid);
    if (process !== undefined) this.#cancel(process, options, "cancel deadline exceeded");
  }

  stopHost(host: string, patienceMs: number): void {
    this.#stopping.add(host);
    for (const process of this.#on(host))
      this.#cancel(process, { afterMs: patienceMs, reason: "scheduler shutdown" }, "scheduler shutdown");
  }

  async hostLoad(host: string): Promise<number> {
    return this.#on(host).length;
  }

  peerLost(): void {} // its processes watch nobody elsewhere

  async close(): Promise<void> {
    this.#turn?.[Symbol.dispose]();
    for (const process of this.#processes.values()) this.#forget(process);
  }

  #on(host: string): NativeProcess[] {
    return [...this.#processes.values()].filter((process) => process.host === host);
  }

  #fullness(host: string): string | undefined {
    const settings = this.#hosts.get(host);
    if (settings === undefined) return "host not found";
    if (this.#stopping.has(host)) return "the host is stopping";
    const isFull = settings.maxProcesses !== 0 && this.#on(host).length >= settings.maxProcesses;
    return isFull ? "max processes limit exceeded" : undefined;
  }

  #make({ entry, host }: { readonly entry: string; readonly host: string }, machine: StateMachine): NativeProcess {
    const number = this.#newNumber();
    const pid = formatPid({ node: this.#parts.node, host, entry, number }, "long");
    const process: NativeProcess = {
      number,
      pid,
      host,
      machine,
      inputs: new Fifo(),
      watchers: new Set(),
      links: new Set(),
      isQueued: false,
      self: {
        pid,
        trapsLinks: false,
        send: (to, topic, value) => this.#send(pid, to, topic, value),
        monitor: (other) => this.#find(other)?.watchers.add(process) !== undefined,
        link: (other) => this.#link(process, this.#find(other)),
        register: (name) => this.#parts.names.register(name, pid),
      },
    };
    this.#processes.set(number, process);
    return process;
  }

  #newNumber(): number {
    if (this.#numbers.next === this.#numbers.end) {
      const next = this.#parts.numbers.take(this.#parts.slot);
      this.#numbers = { next, end: next - (next % numbersInBlock) + numbersInBlock };
    }
    return this.#numbers.next++;
  }

  #find(pid: string): NativeProcess | undefined {
    return this.#processes.get(parsePid(pid)?.number ?? -1);
  }

  #send(from: string, to: string, topic: string, value: unknown): boolean {
    const pid = parsePid(to) === undefined ? this.#parts.names.lookup(to) : to;
    if (pid === undefined) return false;
    const process = this.#find(pid);
    if (process === undefined) {
      const carried = { size: 0, open: () => value };
      this.#parts.listener.letter({ to: pid, from, content: { kind: "message", topic, value: carried } });
      return true;
    }
    if (!this.#hasRoom(process)) return false;
    this.#give(process, { kind: "message", topic, from, value });
    return true;
  }

  #link(process: NativeProcess, other: NativeProcess | undefined): boolean {
    if (other === undefined) return false;
    if (other !== process) {
      process.links.add(other);
      other.links.add(process);
    }
    return true;
  }

  #hasRoom(process: NativeProcess): boolean {
    return process.inputs.size < (this.#hosts.get(process.host)?.maxMessages ?? 0);
  }

  #give(process: NativeProcess, input: NativeInput): void {
    process.inputs.push(input);
    if (process.isQueued) return;
    process.isQueued = true;
    this.#ready.push(process);
    this.#turn ??= this.#clock.after(0, () => this.#run());
  }

  #cancel(
    process: NativeProcess,
    { afterMs, reason = "", enforced = afterMs !== undefined }: CancelOptions,
    why: string,
  ): void {
    const deadlineMs = this.#clock.wallNow() + (afterMs ?? usualPatienceMs);
    this.#give(process, { kind: "cancel", reason, deadlineMs });
    if (!enforced) return;
    process.deadline?.[Symbol.dispose]();
    process.deadline = this.#clock.after(afterMs ?? usualPatienceMs, () => this.#fail(process, new Error(why)));
  }

  #run(): void {
    this.#turn = undefined;
    this.#turns += 1;
    for (let steps = 0; steps < stepsInTurn; steps++) {
      const process = this.#ready.shift();
      if (process === undefined) return;
      process.isQueued = false;
      if (this.#processes.has(process.number)) this.#step(process);
    }
    this.#turn = this.#clock.after(0, () => this.#run());
  }

  #step(process: NativeProcess): void {
    let step: NativeStep;
    try {
      step = process.machine.step(process.inputs.shift() ?? { kind: "again" });
    } catch (thrown) {
      this.#fail(process, errorOf(thrown));
      return;
    }
    if (step.kind === "done") this.#end(process, { pid: process.pid, failed: false, value: step.value });
    else if (step.kind === "again") this.#give(process, { kind: "again" });
    else if (process.inputs.size > 0 && !process.isQueued) this.#requeue(process);
  }

  #requeue(process: NativeProcess): void {
    process.isQueued = true;
    this.#ready.push(process);
  }

  #fail(process: NativeProcess, error: Error): void {
    this.#end(process, { pid: process.pid, failed: true, error });
  }

  /** Nobody finds it any more, its names are free, and then the others hear of it: monitors first. */
  #end(process: NativeProcess, end: ProcessEnd): void {
    if (!this.#forget(process)) return;
    const others = [...process.watchers, ...process.links];
    for (const link of process.links) link.links.delete(process);
    for (const { kind, to } of consequencesOf(end, relationsOf(process))) {
      const other = others.find(({ pid }) => pid === to);
      if (other === undefined || !this.#processes.has(other.number)) continue;
      if (kind === "fail") this.#fail(other, new Error(linkedProcessFailed));
      else if (kind === "exit")
        this.#give(other, { kind, from: end.pid, failed: end.failed, result: end.failed ? end.error : end.value });
      else this.#give(other, { kind, from: end.pid, error: end.failed ? end.error : undefined });
    }
    this.#parts.listener.ended(end);
  }

  #forget(process: NativeProcess): boolean {
    if (!this.#processes.delete(process.number)) return false;
    process.deadline?.[Symbol.dispose]();
    this.#parts.names.release(process.pid);
    process.machine.close?.();
    return true;
  }
}

function relationsOf({ watchers, links }: NativeProcess): Relation[] {
  return [
    ...[...watchers].map(({ pid }) => ({ kind: "monitor", watcher: pid }) as const),
    ...[...links].map(({ pid, self }) => ({ kind: "link", peer: pid, trapsLinks: self.trapsLinks }) as const),
  ];
}

function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
