import { existsSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { makePrivateFile } from "../sqlite/index.ts";

const fileName = "journal.sqlite";

/**
 * Copies the database of a data directory, also while somebody works with it, and changes nothing there. Without a database
 * there is nothing to copy.
 */
export async function copyDatabase(fromDirectory: string, toDirectory: string): Promise<void> {
  const [from, to] = [join(fromDirectory, fileName), join(toDirectory, fileName)];
  if (!existsSync(from)) return;
  makePrivateFile(to);
  // Closed in order, the file is complete, and to open it would make files beside it.
  if (!existsSync(`${from}-wal`)) return await copyFile(from, to);
  const database = new DatabaseSync(from, { readOnly: true });
  try {
    await backup(database, to);
  } finally {
    database.close();
  }
}
