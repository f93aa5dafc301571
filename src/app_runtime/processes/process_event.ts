import type { ProcessLog } from "./lane.ts";

/** What the runtime of processes says about itself. */
export type ProcessEvent =
  | ({ readonly kind: "process.log" } & ProcessLog)
  | { readonly kind: "lane.lost"; readonly slot: number; readonly why: string }
  | { readonly kind: "lane.replaced"; readonly slot: number; readonly tookMs: number }
  | { readonly kind: "lane.not_replaced"; readonly slot: number; readonly why: string; readonly nextTryMs: number }
  /** The lane of the receiver had too much to read, and so had its mailbox. */
  | { readonly kind: "letter.dropped"; readonly to: string; readonly from: string | undefined }
  /** Letters from other lanes or from outside whose receiver was gone or whose mailbox was full. */
  | { readonly kind: "letters.refused"; readonly slot: number; readonly letters: number };
