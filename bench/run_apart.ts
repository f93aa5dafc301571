import { fork } from "node:child_process";
import { messageOf } from "../src/app_runtime/index.ts";

/** No side takes longer, however slow the machine. */
const limitMs = 300_000;

/** A side of a comparison runs in its own process, so that neither inherits the other's heap or compiled code. */
export function runApart<T>(script: URL, argument: unknown, nodeFlags: readonly string[] = []): Promise<T> {
  return new Promise((resolve, reject) => {
    const child = fork(script, [JSON.stringify(argument)], {
      execArgv: [...process.execArgv, ...nodeFlags],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    const limit = setTimeout(() => child.kill("SIGKILL"), limitMs);
    let answer: T | undefined;
    child.on("message", (message) => {
      answer = message as T;
    });
    child.on("exit", (code, signal) => {
      clearTimeout(limit);
      if (answer === undefined) reject(new Error(`${script.pathname} ended with ${signal ?? code} and no figures.`));
      else resolve(answer);
    });
  });
}

/** The other end: does the work it was asked for, answers, leaves; also leaves when nobody waits any more. */
export async function answerParent<A, T>(work: (argument: A) => Promise<T>): Promise<void> {
  process.once("disconnect", () => process.exit(1));
  try {
    const figures = await work(JSON.parse(process.argv[2] ?? "null") as A);
    process.send?.(figures, () => process.exit(0));
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(1);
  }
}
