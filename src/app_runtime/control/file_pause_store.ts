import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { messageOf, RuntimeError } from "../base/runtime_error.ts";
import type { ControlledUnit } from "./controlled_unit.ts";
import type { Pause, PauseStore } from "./pause_store.ts";

const formatVersion = 1;

/** Keeps pauses in one JSON file, replaced as a whole: after a crash it holds the old list or the new one. */
export class FilePauseStore implements PauseStore {
  readonly #path: string;

  /** `path` names the file, in the data directory; its directory is made when it is first needed. */
  constructor(path: string) {
    this.#path = path;
  }

  async load(): Promise<readonly Pause[]> {
    try {
      return parsePauses(await readFile(this.#path, "utf8"));
    } catch (thrown) {
      if (Reflect.get(Object(thrown), "code") === "ENOENT") return [];
      const cure = "Delete it to start with nothing paused, or restore it from a backup.";
      throw new PauseFileError(`The pauses in ${this.#path} cannot be read: ${messageOf(thrown)}. ${cure}`, thrown);
    }
  }

  async save(pauses: readonly Pause[]): Promise<void> {
    try {
      await mkdir(dirname(this.#path), { recursive: true });
      await writeDurably(`${this.#path}.new`, `${JSON.stringify({ version: formatVersion, pauses }, null, 2)}\n`);
      await rename(`${this.#path}.new`, this.#path);
      await syncDirectory(dirname(this.#path));
    } catch (thrown) {
      const cure = "Nothing was changed; make the data directory writable and try again.";
      throw new PauseFileError(`The pauses cannot be kept in ${this.#path}: ${messageOf(thrown)}. ${cure}`, thrown);
    }
  }
}

/** The list of pauses cannot be read or written. */
export class PauseFileError extends RuntimeError {
  readonly code = "CONTROL_PAUSE_FILE";

  constructor(message: string, cause: unknown) {
    super(message, { cause });
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  await using file = await open(path, "w", 0o600);
  await file.writeFile(text);
  await file.sync();
}

/** Without it the new name may be lost in a power cut although the content is on disk. */
async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path, "r");
  await directory.sync();
}

function parsePauses(text: string): readonly Pause[] {
  const document: unknown = JSON.parse(text);
  const version = fieldOf(document, "version");
  if (version !== formatVersion) throw new TypeError(`it has version ${String(version)}, not ${formatVersion}`);
  const pauses = fieldOf(document, "pauses");
  if (!Array.isArray(pauses)) throw new TypeError("it has no list of pauses");
  return pauses.map(parsePause);
}

function parsePause(value: unknown): Pause {
  const unit = fieldOf(value, "unit");
  const by = fieldOf(value, "by");
  const at = fieldOf(value, "at");
  if (!isControlledUnit(unit) || typeof by !== "string" || typeof at !== "number") {
    throw new TypeError(`it holds ${JSON.stringify(value)}, which is not a pause`);
  }
  return { unit, by, at };
}

function isControlledUnit(value: unknown): value is ControlledUnit {
  return typeof value === "string" && /^(source|queue|worker):./.test(value);
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, field) : undefined;
}
