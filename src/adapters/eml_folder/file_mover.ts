import { access, lstat, opendir, rename } from "node:fs/promises";
import { join } from "node:path";
import { settledName, tagIn, tagOf } from "./file_identity.ts";
import { sameStamp, stampOf } from "./file_stamp.ts";
import { codeOf, reasonOf } from "./folder_failure.ts";
import type { FolderPlaces, SettledPlace } from "./folder_places.ts";
import type { TakenFile } from "./new_files.ts";

/** `gone`: somebody else took it. `replaced`: another mail lies there now under its name. */
export type MoveResult =
  | { readonly kind: "moved" | "gone" | "replaced" }
  | { readonly kind: "refused"; readonly reason: string };

/** Moves a file out of `new`, if it is still the one that was read. Moving it twice ends in one file. Never rejects. */
export async function moveFile(places: FolderPlaces, file: TakenFile, to: SettledPlace): Promise<MoveResult> {
  const from = join(places.fresh, file.name);
  const target = join(places.in(to), settledName(file.name, tagOf(file.taskId)));
  try {
    const stats = await lstat(from, { bigint: true });
    if (!stats.isFile() || !sameStamp(stampOf(stats), file.stamp)) return { kind: "replaced" };
  } catch (error) {
    if (codeOf(error) !== "ENOENT") return { kind: "refused", reason: reasonOf(error, from) };
    return await goneUnless(places.fresh);
  }
  return await renamed(from, target, places.in(to));
}

/** Moves what was given up, and is done after all, from `failed` to `cur`. `tags` are those of the mails. */
export async function moveRetried(places: FolderPlaces, tags: ReadonlySet<string>): Promise<MoveResult> {
  try {
    for await (const { name } of await opendir(places.in("failed"))) {
      if (!tags.has(tagIn(name) ?? "")) continue;
      const result = await renamed(join(places.in("failed"), name), join(places.in("cur"), name), places.in("cur"));
      if (result.kind === "refused") return result;
    }
    return { kind: "moved" };
  } catch (error) {
    return { kind: "refused", reason: reasonOf(error, places.in("failed")) };
  }
}

/** A file is only gone where its directory is there. */
async function goneUnless(directory: string): Promise<MoveResult> {
  try {
    await access(directory);
    return { kind: "gone" };
  } catch (error) {
    return { kind: "refused", reason: reasonOf(error, directory) };
  }
}

async function renamed(from: string, target: string, into: string): Promise<MoveResult> {
  try {
    await rename(from, target);
    return { kind: "moved" };
  } catch (error) {
    return { kind: "refused", reason: reasonOf(error, into) };
  }
}
