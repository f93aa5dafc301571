import type { ProcessEntry } from "./lane.ts";

/** What a native process reads. `again` answers a step that asked for it. */
export type NativeInput =
  | { readonly kind: "message"; readonly topic: string; readonly from: string | undefined; readonly value: unknown }
  | { readonly kind: "exit"; readonly from: string; readonly failed: boolean; readonly result: unknown }
  | { readonly kind: "link_down"; readonly from: string; readonly error: unknown }
  | { readonly kind: "cancel"; readonly reason: string; readonly deadlineMs: number }
  | { readonly kind: "again" };

/** What it does next: wait for something to read, take another turn, or end with a value. */
export type NativeStep =
  | { readonly kind: "idle" }
  | { readonly kind: "again" }
  | { readonly kind: "done"; readonly value: unknown };

/** A process in TypeScript: any state machine. A throw is the failure of this process alone. */
export interface StateMachine {
  init?(self: NativeSelf, values: readonly unknown[]): void;
  /** Short: it shares the thread with everything else. */
  step(input: NativeInput): NativeStep;
  /** It has ended, whatever the reason. */
  close?(): void;
}

/** What the lane offers a native process. Relations reach the processes of its own lane. */
export interface NativeSelf {
  readonly pid: string;
  /** When true, the failure of a linked process is an input, not this one's own end. */
  trapsLinks: boolean;
  /** To a PID or a name. False: nobody is there, or has room. */
  send(to: string, topic: string, value: unknown): boolean;
  /** False: no process of this lane has that PID. */
  monitor(pid: string): boolean;
  link(pid: string): boolean;
  register(name: string): "done" | "taken" | "full";
}

export const nativeEngineName = "native";

/** An entry that the native engine runs; `make` is called once for each process. */
export function nativeEntry(id: string, make: () => StateMachine): ProcessEntry<() => StateMachine> {
  return { id, engine: nativeEngineName, code: make };
}
