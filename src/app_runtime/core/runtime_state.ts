import { assertNever } from "../base/assert_never.ts";
import { RuntimeError } from "../base/runtime_error.ts";

/** The life of a runtime; it has one. */
export type RuntimeState =
  | { readonly kind: "created" }
  | { readonly kind: "booting" }
  | { readonly kind: "running" }
  | { readonly kind: "stopping"; readonly reason: string }
  | { readonly kind: "stopped" }
  | { readonly kind: "failed"; readonly error: string };

export type RuntimeMove =
  | { readonly kind: "boot" }
  | { readonly kind: "booted" }
  | { readonly kind: "stop"; readonly reason: string }
  | { readonly kind: "ended" }
  | { readonly kind: "failed"; readonly error: string };

/** Somebody asked a runtime for something its state does not allow. */
export class RuntimeStateError extends RuntimeError {
  readonly code = "RUNTIME_STATE";

  constructor(state: RuntimeState, move: RuntimeMove) {
    super(`A runtime that is ${state.kind} cannot ${move.kind}; make a new RuntimeManager.`);
  }
}

/** Every move a runtime can make, and nothing else. @throws {RuntimeStateError} */
export function next(state: RuntimeState, move: RuntimeMove): RuntimeState {
  switch (move.kind) {
    case "boot":
      if (state.kind === "created") return { kind: "booting" };
      break;
    case "booted":
      if (state.kind === "booting") return { kind: "running" };
      break;
    case "stop":
      if (state.kind === "running" || state.kind === "booting") return { kind: "stopping", reason: move.reason };
      break;
    case "ended":
      if (state.kind === "stopping") return { kind: "stopped" };
      break;
    case "failed":
      if (state.kind === "booting" || state.kind === "stopping") return { kind: "failed", error: move.error };
      break;
    default:
      return assertNever(move);
  }
  throw new RuntimeStateError(state, move);
}
