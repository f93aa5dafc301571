import type { RuntimeError } from "../../app_runtime/base/runtime_error.ts";
import type { SqlRow } from "./sql_statement.ts";
import { errorOf } from "./sqlite_errors.ts";
import type { Answer, ThreadAnswer, ToThread, WireRead, WireWrite } from "./thread_protocol.ts";

interface Call<Request, Result> {
  readonly request: Request;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: Error) => void;
}

export type ReadCall = Call<WireRead, readonly SqlRow[]> & { readonly kind: "read" };
export type WriteCall = Call<WireWrite, unknown> & {
  readonly kind: "write";
  /** Asked when the call is handed to the thread: an error here means it must not be written any more. */
  readonly refusal: (() => RuntimeError | undefined) | undefined;
};

/** The calls that travel to the thread in one message, waiting for their answers. */
export class CallBatch {
  readonly #path: string;
  #reads: readonly ReadCall[];
  #writes: readonly WriteCall[];

  constructor(path: string, calls: readonly (ReadCall | WriteCall)[]) {
    this.#path = path;
    this.#reads = calls.filter((call) => call.kind === "read");
    this.#writes = calls.filter((call) => call.kind === "write" && stillWanted(call)) as WriteCall[];
  }

  get waiting(): number {
    return this.#reads.length + this.#writes.length;
  }

  get message(): ToThread {
    return {
      kind: "work",
      reads: this.#reads.map((call) => call.request),
      writes: this.#writes.map((call) => call.request),
    };
  }

  take(answer: ThreadAnswer): void {
    if (answer.kind === "read") {
      const reads = this.#reads;
      this.#reads = [];
      reads.forEach((call, index) => {
        this.#settle(call, answer.answers[index]);
      });
    } else {
      const writes = this.#writes;
      this.#writes = [];
      writes.forEach((call, index) => {
        this.#settle(call, answer.answers[index]);
      });
    }
  }

  fail(error: Error): void {
    for (const call of this.#reads) call.reject(error);
    for (const call of this.#writes) call.reject(error);
  }

  #settle<R>(call: Call<unknown, R>, answer: Answer<R> | undefined): void {
    if (answer === undefined) throw new TypeError("The database thread answered fewer calls than it was asked.");
    if ("value" in answer) call.resolve(answer.value);
    else call.reject(errorOf(this.#path, answer.failure));
  }
}

function stillWanted(call: WriteCall): boolean {
  const refusal = call.refusal?.();
  if (refusal === undefined) return true;
  call.reject(refusal);
  return false;
}
