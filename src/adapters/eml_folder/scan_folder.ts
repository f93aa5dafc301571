import type { Dirent } from "node:fs";
import { lstat, opendir } from "node:fs/promises";
import { join } from "node:path";
import type { EmlFolderFacts } from "./eml_folder_facts.ts";
import { byAge, type FoundFile, stampOf } from "./file_stamp.ts";
import { codeOf, reasonOf } from "./folder_failure.ts";
import type { NewFiles } from "./new_files.ts";

/** Files whose stamps are asked for at once. */
const askedAtOnce = 64;

const notUtf8 = "its name is not UTF-8. Rename it.";
const notAFile = "it is no plain file, and links are not followed. Put the mail itself there.";

interface Look {
  /** What was set aside is tried again. */
  readonly healing: boolean;
  /** How many files are listed at most: the oldest. */
  readonly listLimit: number;
  /** Clock.now() */
  readonly now: () => number;
  readonly facts: EmlFolderFacts;
}

interface NoMail {
  readonly name: string;
  readonly why: string;
}

/**
 * One look at `new`. Names that begin with a dot are none of ours: programs write them before they rename. Answers how many
 * files no look has found before. @throws what the file system says
 */
export async function scanFolder(directory: string, files: NewFiles, look: Look): Promise<number> {
  const asideSeen = new Set<string>();
  const oldest = new OldestFiles(look.listLimit);
  for await (const entries of batches(await opendir(directory, { bufferSize: 512 }))) {
    const names = entries.map(({ name }) => name).filter((name) => !name.startsWith(".") && !files.isUnderWay(name));
    for (const found of await Promise.all(names.map((name) => findFile(directory, name)))) {
      if (found === undefined) continue;
      const { name } = found;
      if ("why" in found && files.setAside(name, undefined, found.why)) {
        look.facts.report("eml_file_set_aside", { file: name, why: found.why });
      }
      if (files.isAside(name)) asideSeen.add(name);
      if ("stamp" in found && (look.healing || !files.isAsideLike(found))) oldest.add(found);
    }
  }
  files.keepAside(asideSeen);
  const { listed, unlisted } = oldest.cut();
  return files.found(listed, unlisted, look.now());
}

/** Undefined when it is gone. */
async function findFile(directory: string, name: string): Promise<FoundFile | NoMail | undefined> {
  if (name.includes("\uFFFD")) return { name, why: notUtf8 };
  const path = join(directory, name);
  try {
    const stats = await lstat(path, { bigint: true });
    return stats.isFile() ? { name, stamp: stampOf(stats) } : { name, why: notAFile };
  } catch (error) {
    return codeOf(error) === "ENOENT" ? undefined : { name, why: reasonOf(error, path) };
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
  readonly #limit: number;
  #files: FoundFile[] = [];
  #unlisted = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(file: FoundFile): void {
    this.#files.push(file);
    if (this.#files.length >= 2 * this.#limit) this.#cut();
  }

  cut(): { readonly listed: readonly FoundFile[]; readonly unlisted: number } {
    this.#cut();
    return { listed: this.#files, unlisted: this.#unlisted };
  }

  #cut(): void {
    const { length } = this.#files;
    if (length <= this.#limit) return;
    this.#files = this.#files.sort(byAge).slice(0, this.#limit);
    this.#unlisted += length - this.#limit;
  }
}
