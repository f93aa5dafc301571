import { mkdir, open, rename } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Writes a file so that after a crash it is there whole or not at all: into `temporary`, fsync, rename, fsync of the
 * directory that holds the new name. Only its owner may read it.
 */
export async function writeDurably(path: string, temporary: string, bytes: Uint8Array): Promise<void> {
  const directory = dirname(path);
  const made = await mkdir(directory, { recursive: true, mode: 0o700 });
  if (made !== undefined) await syncDirectory(dirname(made));
  await using file = await open(temporary, "wx", 0o600);
  await file.writeFile(bytes);
  await file.sync();
  await rename(temporary, path);
  await syncDirectory(directory);
}

async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path, "r");
  await directory.sync();
}
