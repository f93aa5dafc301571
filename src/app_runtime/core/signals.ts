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
  let asked = 0;
  let hasLeft = false;
  const leave = (code: number) => {
    if (!hasLeft) exit(code);
    hasLeft = true;
  };
  const hurry = (signal: NodeJS.Signals) => {
    void runtime.stopNow(signal).catch(() => undefined); // told by the first stop
    setTimeout(() => leave(exitCodes.failed), patienceMs).unref();
  };
  let last: { readonly signal: NodeJS.Signals; readonly at: number } | undefined;
  const isEcho = (signal: NodeJS.Signals) => {
    const echo = last?.signal === signal && performance.now() - last.at < echoMs;
    if (!echo) last = { signal, at: performance.now() };
    return echo;
  };
  const stop = (signal: NodeJS.Signals) => {
    if (isEcho(signal)) return;
    asked += 1;
    if (asked > 1) return hurry(signal);
    void runtime.stop(signal).then(
      () => leave(asked === 1 ? exitCodes.ok : exitCodes.failed),
      () => leave(exitCodes.failed),
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

/** One Ctrl-C reaches us from the terminal and once more from npm, which passes it on. */
const echoMs = 200;

/** After the second signal it leaves within 500 ms, whatever hangs. */
const patienceMs = 400;
