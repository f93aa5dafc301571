import { RuntimeError } from "../base/runtime_error.ts";
import type { EventChannel } from "../contracts/runtime_event.ts";

/** Who acts, and on what: "http 127.0.0.1", "source.pause", "source:inbox". */
export interface ControlAction {
  readonly actor: string;
  readonly action: string;
  readonly target: string;
}

/** Leaves a record (`control.acted`) of every action, whether it succeeds or is refused. */
export class AuditTrail {
  readonly #events: EventChannel;

  constructor(events: EventChannel) {
    this.#events = events;
  }

  /** Does `work` and records its result in the words of `describe`, or the code of its error, which goes on to the caller. */
  async record<T>(action: ControlAction, work: () => T | Promise<T>, describe: (result: T) => string): Promise<T> {
    try {
      const result = await work();
      this.#write(action, describe(result));
      return result;
    } catch (thrown) {
      this.#write(action, `failed: ${thrown instanceof RuntimeError ? thrown.code : "UNEXPECTED"}`);
      throw thrown;
    }
  }

  #write(action: ControlAction, result: string): void {
    this.#events.emit({ kind: "control.acted", unit: "runtime", ...action, result });
  }
}
