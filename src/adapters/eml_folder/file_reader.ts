import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { type HeaderFields, headerFields } from "../../app_runtime/intake/api.ts";
import type { EmlFolderFacts } from "./eml_folder_facts.ts";
import { type ContentName, endLength, largeContentName } from "./file_identity.ts";
import { type FoundFile, sameStamp, stampOf } from "./file_stamp.ts";
import { codeOf, reasonOf } from "./folder_failure.ts";
import type { NewFiles } from "./new_files.ts";

/** A file as it was read; `raw` is absent when it is over the limit. */
export interface ReadFile extends FoundFile {
  readonly headers: HeaderFields;
  readonly raw: Uint8Array | undefined;
  /** Names its content when that is not stored. */
  readonly largeName: () => ContentName;
}

/** Not through a link that was put there since we looked, and without waiting for the writer of a named pipe. */
const readFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;

const emptyFile = "it is empty. Write the mail, or remove it.";

/** Reads waiting files whole, each as it was when it was found, or not at all. */
export class FileReader {
  readonly #directory: string;
  readonly #files: NewFiles;
  readonly #facts: EmlFolderFacts;
  readonly #limits: { readonly files: number; readonly bytes: number; readonly maxMailBytes: number };

  constructor(parts: {
    readonly directory: string;
    readonly files: NewFiles;
    readonly facts: EmlFolderFacts;
    readonly limits: { readonly files: number; readonly bytes: number; readonly maxMailBytes: number };
  }) {
    this.#directory = parts.directory;
    this.#files = parts.files;
    this.#facts = parts.facts;
    this.#limits = parts.limits;
  }

  /** The next files, one after the other; undefined when none wait. */
  async read(): Promise<readonly ReadFile[] | undefined> {
    const cut = this.#files.cut(this.#limits);
    if (cut.length === 0) return undefined;
    const read: ReadFile[] = [];
    for (const file of cut) read.push(...(await this.#readOne(file)));
    return read;
  }

  /** None when it changed or is gone, which a later look finds out, or when it cannot be read. */
  async #readOne(file: FoundFile): Promise<readonly ReadFile[]> {
    const path = join(this.#directory, file.name);
    try {
      if (file.stamp.size === 0) return this.#setAside(file, emptyFile);
      const read = await this.#readSame(file, path);
      if (read === undefined) this.#files.drop(file.name);
      return read === undefined ? [] : [read];
    } catch (error) {
      if (codeOf(error) !== "ENOENT") return this.#setAside(file, reasonOf(error, path));
      this.#files.drop(file.name);
      return [];
    }
  }

  /** Undefined when it is not, before and after, the file that was found. */
  async #readSame(file: FoundFile, path: string): Promise<ReadFile | undefined> {
    await using handle = await open(path, readFlags);
    const isSame = async () => sameStamp(file.stamp, stampOf(await handle.stat({ bigint: true })));
    if (!(await isSame())) return undefined;
    const { size } = file.stamp;
    const isLarge = size > this.#limits.maxMailBytes;
    const raw = isLarge ? undefined : await readBytes(handle, 0, size);
    const head = raw?.subarray(0, endLength) ?? (await readBytes(handle, 0, endLength));
    const tail = raw?.subarray(-endLength) ?? (await readBytes(handle, Math.max(0, size - endLength), endLength));
    if (!(await isSame())) return undefined;
    if (isLarge) this.#facts.report("eml_mail_too_large", { file: file.name, size });
    return { ...file, raw, headers: headerFields(raw ?? head), largeName: () => largeContentName(size, head, tail) };
  }

  #setAside({ name, stamp }: FoundFile, why: string): readonly ReadFile[] {
    if (this.#files.setAside(name, stamp, why)) this.#facts.report("eml_file_set_aside", { file: name, why });
    return [];
  }
}

/** At most `length` bytes from `position`. */
async function readBytes(handle: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
