import type { Dirent } from "node:fs";
import { lstat, opendir } from "node:fs/promises";
import { join } from "node:path";
import type { EmlFolderFacts } from "./eml_folder_facts.ts";
import { byAge, type FoundFile, stampOf } from "./file_stamp.ts";
import { codeOf } from "./folder_failure.ts";
import { listLimit, type NewFiles } from "./new_files.ts";

/** Files whose stamps are asked for at once. */
const askedAtOnce = 64;

const notUtf8 = "its name is not UTF-8. Rename it.";
const notAFile = "it is no plain file, and links are not followed. Put the mail itself there.";

/**
 * One look at `new`. Names that begin with a dot are none of ours: programs write them before they rename. `healing`: what
 * was set aside is tried again. Answers how many files no look has found before. @throws what the file system says
 */
export async function scanFolder(
  directory: string,
  files: NewFiles,
  look: { readonly healing: boolean; readonly now: () => number; readonly facts: EmlFolderFacts },
): Promise<number> {
  const asideSeen = new Set<string>();
  const oldest = new OldestFiles();
  const setAside = (name: string, why: string) => {
    asideSeen.add(name);
    if (files.setAside(name, undefined, why)) look.facts.report("eml_file_set_aside", { file: name, why });
  };
  for await (const entries of batches(await opendir(directory, { bufferSize: 512 }))) {
    const names = entries.flatMap((entry) => {
      const { name } = entry;
      if (name.startsWith(".") || files.isUnderWay(name)) return [];
      if (name.includes("\uFFFD")) setAside(name, notUtf8);
      else if (isNoFile(entry)) setAside(name, notAFile);
      else return [name];
      return [];
    });
    for (const found of await Promise.all(names.map((name) => findFile(directory, name)))) {
      if (found === undefined) continue;
      if (typeof found === "string") {
        setAside(found, notAFile);
        continue;
      }
      if (files.isAside(found.name)) asideSeen.add(found.name);
      if (look.healing || !files.isAsideLike(found)) oldest.add(found);
    }
  }
  files.keepAside(asideSeen);
  const { listed, unlisted } = oldest.cut();
  return files.found(listed, unlisted, look.now());
}

/** Some file systems do not tell what an entry is; then its stamp does. */
function isNoFile(entry: Dirent): boolean {
  return (
    entry.isDirectory() ||
    entry.isSymbolicLink() ||
    entry.isFIFO() ||
    entry.isSocket() ||
    entry.isBlockDevice() ||
    entry.isCharacterDevice()
  );
}

/** The name alone when it is no file after all; undefined when it is gone. */
async function findFile(directory: string, name: string): Promise<FoundFile | string | undefined> {
  try {
    const stats = await lstat(join(directory, name), { bigint: true });
    return stats.isFile() ? { name, stamp: stampOf(stats) } : name;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

async function* batches(entries: AsyncIterable<Dirent>): AsyncGenerator<readonly Dirent[]> {
  let batch: Dirent[] = [];
  for await (const entry of entries) {
    batch.push(entry);
    if (batch.length < askedAtOnce) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

/** Keeps the oldest files, however many are added. */
class OldestFiles {
  #files: FoundFile[] = [];
  #unlisted = 0;

  add(file: FoundFile): void {
    this.#files.push(file);
    if (this.#files.length >= 2 * listLimit) this.#cut();
  }

  cut(): { readonly listed: readonly FoundFile[]; readonly unlisted: number } {
    this.#cut();
    return { listed: this.#files, unlisted: this.#unlisted };
  }

  #cut(): void {
    const { length } = this.#files;
    if (length <= listLimit) return;
    this.#files = this.#files.sort(byAge).slice(0, listLimit);
    this.#unlisted += length - listLimit;
  }
}
