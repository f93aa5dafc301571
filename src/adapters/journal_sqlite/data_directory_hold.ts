import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../app_runtime/base/clock.ts";
import { messageOf, RuntimeError } from "../../app_runtime/base/runtime_error.ts";
import { makePrivateFile } from "../sqlite/index.ts";

/** Who works in a data directory, as far as it is known. */
export interface DirectoryHolder {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** The program without its arguments, which may hold secrets. */
  readonly command: string;
}

/** Another process works in this data directory. A program that stops for it exits with code 75 (EX_TEMPFAIL). */
export class DataDirectoryHeldError extends RuntimeError {
  readonly code = "DATA_DIR_HELD";
  override readonly failureClass = "permanent";
  readonly holder: DirectoryHolder | undefined;

  constructor(directory: string, holder: DirectoryHolder | undefined) {
    const who =
      holder === undefined
        ? "a process that has just started"
        : `process ${holder.pid} on ${holder.host} since ${holder.startedAt} (${holder.command})`;
    super(
      `The data directory ${directory} is held by ${who}. Stop that process, or give this one another platform.dataDir. To let one stand by for the other, set platform.sharing.mode: standby for both.`,
    );
    this.holder = holder;
  }
}

/** The data directory cannot be made or written. */
export class DataDirectoryUnusableError extends RuntimeError {
  readonly code = "DATA_DIR_UNUSABLE";
  override readonly failureClass = "permanent";

  constructor(directory: string, cause: unknown) {
    super(
      `The data directory ${directory} cannot be used: ${messageOf(cause)}. Set platform.dataDir to a directory that this user may write, correct the rights of this one, or make room on its disk.`,
      { cause },
    );
  }
}

/** `shared` lets others in that share as well; either keeps out the other kind. */
export type HoldMode = "exclusive" | "shared";

/** A moment for somebody who finds out that he cannot have it alone. */
const sharingTimeoutMs = 500;

/**
 * The hold of a data directory. The lock is SQLite's lock on `held_by.lock`: the operating system lets go of it
 * when the process dies, however it dies, so a stale hold cannot exist. `held_by.json` beside it only tells people who;
 * of several that share it is the one that came last.
 */
export class DataDirectoryHold {
  readonly #lock: DatabaseSync;
  readonly #note: string;

  private constructor(lock: DatabaseSync, note: string) {
    this.#lock = lock;
    this.#note = note;
  }

  /** Makes the directory when it is missing, for its owner alone: mails and orders are nobody else's. @throws {DataDirectoryHeldError} {DataDirectoryUnusableError} */
  static take(directory: string, clock: Clock, mode: HoldMode = "exclusive"): DataDirectoryHold {
    const place = resolve(directory);
    const note = join(place, "held_by.json");
    const lockFile = join(place, "held_by.lock");
    try {
      mkdirSync(place, { recursive: true, mode: 0o700 });
      makePrivateFile(lockFile);
    } catch (thrown) {
      throw new DataDirectoryUnusableError(place, thrown);
    }
    const lock = new DatabaseSync(lockFile, { timeout: mode === "shared" ? sharingTimeoutMs : 0 });
    try {
      if (mode === "shared") lockShared(lock);
      else lock.exec("BEGIN EXCLUSIVE");
      writeHolder(note, clock);
    } catch (thrown) {
      lock.close();
      if (isBusy(thrown)) throw new DataDirectoryHeldError(place, readHolder(note));
      throw new DataDirectoryUnusableError(place, thrown);
    }
    return new DataDirectoryHold(lock, note);
  }

  /** Idempotent. */
  release(): void {
    if (!this.#lock.isOpen) return;
    if (readHolder(this.#note)?.pid === process.pid) rmSync(this.#note, { force: true });
    this.#lock.close();
  }
}

/** A read transaction that is not ended keeps SQLite's SHARED lock, https://www.sqlite.org/lockingv3.html */
function lockShared(lock: DatabaseSync): void {
  lock.exec("BEGIN");
  lock.prepare("SELECT count(*) FROM sqlite_master").get();
}

/** SQLITE_BUSY, https://www.sqlite.org/rescode.html#busy */
function isBusy(thrown: unknown): boolean {
  const errcode = thrown instanceof Error ? Reflect.get(thrown, "errcode") : undefined;
  return typeof errcode === "number" && (errcode & 0xff) === 5;
}

function writeHolder(note: string, clock: Clock): void {
  const holder: DirectoryHolder = {
    pid: process.pid,
    host: hostname(),
    startedAt: new Date(clock.wallNow()).toISOString(),
    command: process.argv[1] ?? process.argv0,
  };
  // By rename, so that a reader never finds half a note.
  const draft = `${note}.${process.pid}.new`;
  writeFileSync(draft, `${JSON.stringify(holder)}\n`, { mode: 0o600 });
  renameSync(draft, note);
}

/** The note may be missing for the moment in which its holder writes it. */
function readHolder(note: string): DirectoryHolder | undefined {
  try {
    return JSON.parse(readFileSync(note, "utf8")) as DirectoryHolder;
  } catch {
    return undefined;
  }
}
