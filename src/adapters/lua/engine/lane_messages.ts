import type { MessagePort } from "node:worker_threads";
import type { ProcessHostSettings } from "../../../app_runtime/processes/api.ts";
import type { LaneEntry } from "./lane.ts";

/** What the thread of a lane is started with. */
export interface LaneThreadSettings {
  readonly module: WebAssembly.Module;
  readonly slot: number;
  readonly node: string;
  readonly shortPids: boolean;
  readonly slice: number;
  readonly numbers: SharedArrayBuffer;
  readonly names: SharedArrayBuffer;
  readonly board: SharedArrayBuffer;
}

/** The numbers of a lane that its thread keeps up to date, in memory that both sides see. */
export const board = { turns: 0, isBusy: 1, live: 2, length: 3 };

/** A question carries a number; its answer carries the same. */
export type ToLane =
  | { readonly kind: "host"; readonly ask: number; readonly host: ProcessHostSettings }
  | { readonly kind: "entry"; readonly ask: number; readonly entry: LaneEntry }
  | {
      readonly kind: "spawn";
      readonly ask: number;
      readonly entry: string;
      readonly host: string;
      readonly values: Uint8Array;
      readonly count: number;
    }
  | { readonly kind: "host_load"; readonly ask: number; readonly host: string }
  | { readonly kind: "letters"; readonly records: Uint8Array }
  | { readonly kind: "terminate"; readonly pid: string }
  | {
      readonly kind: "cancel";
      readonly pid: string;
      readonly delayMs: number;
      readonly reason: string;
      readonly enforced: boolean;
    }
  | { readonly kind: "stop_host"; readonly host: string; readonly patienceMs: number }
  /** The way to another lane. */
  | { readonly kind: "peer"; readonly slot: number; readonly port: MessagePort }
  | { readonly kind: "peer_lost"; readonly slot: number }
  /** A report with an outbox was read. */
  | { readonly kind: "read" };

export type LaneAnswer =
  | { readonly ask: number; readonly value: string | number | undefined }
  | { readonly ask: number; readonly refused: string };

/** What a lane says after a turn. Its answers come before what happened in the turn. */
export interface FromLane {
  readonly answers: readonly LaneAnswer[];
  readonly outbox?: Uint8Array;
  /** Of what it was given, since its last report. */
  readonly done: number;
  /** Letters whose receiver was not there or had a full mailbox. */
  readonly refused: number;
}
