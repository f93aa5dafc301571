import type { NameTable } from "./name_table.ts";
import type { NumberBlocks } from "./number_blocks.ts";

/** What becomes of a message for which the mailbox has no room. `wait`: a sender of the same lane waits until there is. */
export type WhenFull = "refuse" | "wait" | "drop_oldest";

/** Where processes run, and what each of them may use. */
export interface ProcessHostSettings {
  readonly id: string;
  /** Live at once, shared out evenly among the lanes of an engine; 0: no limit. */
  readonly maxProcesses: number;
  /** Of one process, in bytes. */
  readonly maxMemory: number;
  /** Unread messages of one process. */
  readonly maxMessages: number;
  /** Bytes of those. */
  readonly maxMailbox: number;
  /** Default: refuse. A process may choose otherwise for itself, where its engine offers that. */
  readonly whenFull?: WhenFull;
  /** Several values in one send are one message, a list; each is a message of its own when absent. */
  readonly batchSends?: boolean;
}

/** Code that processes can be made of. `code` is what its engine reads. */
export interface ProcessEntry<Code = unknown> {
  /** "namespace:name" */
  readonly id: string;
  /** The engine that runs it. */
  readonly engine: string;
  readonly code: Code;
}

export interface SpawnRequest {
  readonly entry: string;
  readonly host: string;
  readonly values: readonly unknown[];
}

/** How a process ended. */
export type ProcessEnd =
  | { readonly pid: string; readonly failed: false; readonly value: unknown }
  | { readonly pid: string; readonly failed: true; readonly error: Error };

/** A value on its way. Engines of one kind pass on its bytes without opening it. */
export interface CarriedValue {
  /** In bytes, about. */
  readonly size: number;
  open(): unknown;
}

/** A message for a process of another lane. */
export interface Letter {
  readonly to: string;
  /** Undefined: from outside of any process. */
  readonly from: string | undefined;
  readonly content:
    | { readonly kind: "message"; readonly topic: string; readonly value: CarriedValue }
    /** Of the engine itself: relations of processes on two lanes. Only another lane of that engine understands it. */
    | { readonly kind: "signal"; readonly engine: string; readonly bytes: Uint8Array };
}

export interface ProcessLog {
  readonly pid: string;
  readonly level: number;
  readonly text: string;
  readonly fields: unknown;
}

export interface CancelOptions {
  /** Until when it should have ended; 30,000 when absent. */
  readonly afterMs?: number;
  /** End it then? Default: only when `afterMs` is given. */
  readonly enforced?: boolean;
  readonly reason?: string;
}

/** What a lane says about whether it goes on: a lane that has work and the same `turns` for long hangs. */
export interface Pulse {
  readonly hasWork: boolean;
  readonly turns: number;
}

/** What an engine offers: processes that run in turns, beside other lanes. */
export interface Lane {
  /** Processes that live on it. */
  readonly load: number;
  readonly pulse: Pulse;
  defineHost(host: ProcessHostSettings): Promise<void>;
  /** @throws when the code does not compile. Processes that run keep the version they began with. */
  defineEntry(entry: ProcessEntry): Promise<void>;
  /** Resolves to the PID once the process can run; its end is told to the listener. @throws {ProcessRefusedError} */
  spawn(request: SpawnRequest): Promise<string>;
  /** False: it has too much to read already. Try again when the listener hears `hasRoom`. */
  deliver(letter: Letter): boolean;
  terminate(pid: string): void;
  cancel(pid: string, options: CancelOptions): void;
  /** Takes no new processes on the host, sends CANCEL to those it has, and ends those that are left after the time. */
  stopHost(host: string, patienceMs: number): void;
  /** Processes that live on the host. */
  hostLoad(host: string): Promise<number>;
  /** Another lane is gone: its processes that this lane's watch or link have failed. */
  peerLost(slot: number): void;
  /** Ends it at once, with every process. */
  close(): Promise<void>;
}

/** What a lane tells, in order. */
export interface LaneListener {
  ended(end: ProcessEnd): void;
  letter(letter: Letter): void;
  logged(record: ProcessLog): void;
  hasRoom(): void;
  /** So many letters had a receiver that was gone or whose mailbox was full. */
  refused(letters: number): void;
  /** It broke. Nothing more comes from it. */
  lost(why: string): void;
}

export interface LaneParts {
  readonly slot: number;
  /** Of this runtime among others; empty when it is alone. */
  readonly node: string;
  readonly numbers: NumberBlocks;
  readonly names: NameTable & { readonly shared: SharedArrayBuffer };
  readonly listener: LaneListener;
}

export interface ProcessEngine {
  readonly name: string;
  open(parts: LaneParts): Promise<Lane>;
}
