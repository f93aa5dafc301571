import type { RuntimeManager } from "./runtime_manager.ts";

/** Exit codes of sysexits.h that supervisors and scripts understand. */
export const exitCodes = { ok: 0, failed: 1, temporary: 75, config: 78 } as const;

export interface SignalParts {
  readonly runtime: RuntimeManager;
  /** Called once, when the runtime has come to rest: flush and leave. */
  readonly exit: (code: number) => void;
}

/**
 * SIGTERM and SIGINT stop the runtime; a second one skips to the requeue and leaves with code 1. SIGHUP reloads the
 * configuration. Disposing the result takes the handlers away.
 */
export function handleSignals(parts: SignalParts): Disposable {
  const { runtime, exit } = parts;
  let asked = false;
  const stop = (signal: NodeJS.Signals) => {
    const again = asked;
    asked = true;
    const stopping = again ? runtime.stopNow(signal) : runtime.stop(signal);
    if (again) setTimeout(() => exit(exitCodes.failed), patienceMs).unref();
    void stopping.then(
      () => exit(again ? exitCodes.failed : exitCodes.ok),
      () => exit(exitCodes.failed),
    );
  };
  const reload = () => void runtime.reload("SIGHUP").catch(() => undefined); // only before the first load
  process.on("SIGTERM", stop).on("SIGINT", stop).on("SIGHUP", reload);
  return {
    [Symbol.dispose]: () => {
      process.off("SIGTERM", stop).off("SIGINT", stop).off("SIGHUP", reload);
    },
  };
}

/** After the second signal it leaves within 500 ms, whatever hangs. */
const patienceMs = 400;
