import { constants } from "node:fs";
import { access, mkdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** Where a mail ends. */
export type SettledPlace = "cur" | "failed";

/** The directory and its four rooms. */
export class FolderPlaces {
  readonly root: string;
  readonly fresh: string;

  constructor(directory: string) {
    this.root = directory;
    this.fresh = join(directory, "new");
  }

  in(place: SettledPlace): string {
    return join(this.root, place);
  }

  /**
   * Makes what is missing below the directory, never the directory itself: a drive that is not mounted must not look
   * like one without mails. @throws what the system says when mails could not be read or could never be moved.
   */
  async prepare(): Promise<void> {
    await stat(this.root);
    for (const name of ["new", "cur", "failed"]) await mkdirIfMissing(join(this.root, name));
    // Only writers need it.
    await mkdirIfMissing(join(this.root, "tmp")).catch(() => undefined);
    const { R_OK, W_OK, X_OK } = constants;
    await access(this.fresh, R_OK | W_OK | X_OK);
    for (const place of ["cur", "failed"] as const) await access(this.in(place), W_OK | X_OK);
  }
}

async function mkdirIfMissing(path: string): Promise<void> {
  try {
    if (!(await stat(path)).isDirectory()) {
      throw Object.assign(new Error(`ENOTDIR: not a directory, '${path}'`), { code: "ENOTDIR", path });
    }
  } catch (error) {
    if (!(error instanceof Error) || Reflect.get(error, "code") !== "ENOENT") throw error;
    await mkdir(path);
  }
}
