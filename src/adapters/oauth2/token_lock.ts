import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../app_runtime/base/clock.ts";
import { sleep } from "../../app_runtime/base/sleep.ts";
import { answerLimits } from "./bounded_fetch.ts";
import { Oauth2GrantBusyError, Oauth2TokenFileError } from "./oauth2_errors.ts";
import type { TokenFile } from "./token_file.ts";

const pauseMs = 100;

/** Two renewals of others may come before ours; milliseconds. */
export const lockLimitMs = 2 * answerLimits.ms;

/**
 * Does `work` while no other process renews the same login: two that exchange the same refresh token would end it. The lock is
 * SQLite's lock on a file beside the token's: the operating system lets go of it when a process dies, however it dies.
 * @throws {Oauth2GrantBusyError} {Oauth2TokenFileError}, or what `work` throws.
 */
export async function underLock<T>(grant: string, file: TokenFile, clock: Clock, work: () => Promise<T>): Promise<T> {
  const lock = await openLock(file);
  try {
    const giveUpAt = clock.now() + lockLimitMs;
    while (!isTaken(lock, file)) {
      if (clock.now() >= giveUpAt) throw new Oauth2GrantBusyError(grant, lockLimitMs);
      await sleep(clock, pauseMs);
    }
    return await work();
  } finally {
    lock.close();
  }
}

async function openLock({ path }: TokenFile): Promise<DatabaseSync> {
  const lockFile = `${path}.lock`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await (await open(lockFile, "a", 0o600)).close();
    return new DatabaseSync(lockFile, { timeout: 0 });
  } catch (error) {
    throw new Oauth2TokenFileError(lockFile, error);
  }
}

function isTaken(lock: DatabaseSync, file: TokenFile): boolean {
  try {
    lock.exec("BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    if (isBusy(error)) return false;
    throw new Oauth2TokenFileError(`${file.path}.lock`, error);
  }
}

/** SQLITE_BUSY, https://www.sqlite.org/rescode.html#busy */
function isBusy(thrown: unknown): boolean {
  const code: unknown = Reflect.get(Object(thrown), "errcode");
  return typeof code === "number" && (code & 0xff) === 5;
}
