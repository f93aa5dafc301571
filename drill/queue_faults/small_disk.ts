import { execFileSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

/** The operating system lets nobody mount here, so nothing can be said about a full disk. */
export class MountRefusedError extends Error {
  constructor(cause: unknown) {
    const said = Reflect.get(Object(cause), "stderr");
    const why = said === undefined ? String(cause) : String(said).trim();
    super(`A small disk needs the right to mount one, e.g. as root (${why}).`, { cause });
  }
}

/** A file system in memory that is soon full, and has room again when it is told to. */
export class SmallDisk {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** `size` as mount takes it: "8m". @throws {MountRefusedError} */
  static mount(path: string, size: string): SmallDisk {
    mkdirSync(path);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size},mode=700`, "tmpfs", path], { stdio: "pipe" });
    } catch (error) {
      throw new MountRefusedError(error);
    }
    return new SmallDisk(path);
  }

  /** Takes all room that is left. */
  fill(): void {
    const file = openSync(this.#ballast, "a", 0o600);
    try {
      for (const block of [65_536, 4_096]) while (hasWritten(file, block));
    } finally {
      closeSync(file);
    }
  }

  makeRoom(): void {
    rmSync(this.#ballast, { force: true });
  }

  unmount(): void {
    execFileSync("umount", [this.path], { stdio: "pipe" });
  }

  get #ballast(): string {
    return join(this.path, "ballast");
  }
}

function hasWritten(file: number, bytes: number): boolean {
  try {
    return writeSync(file, Buffer.alloc(bytes)) === bytes;
  } catch (error) {
    if (Reflect.get(Object(error), "code") === "ENOSPC") return false;
    throw error;
  }
}
