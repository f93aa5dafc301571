import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** Everything the benchmarks leave behind. */
export const outDirectory = new URL("./out/", import.meta.url);

/** Calls `use` with a fresh directory on the disk of the checkout (a temporary file system would make fsync free), then removes it. */
export async function inBenchDirectory<T>(use: (directory: string) => Promise<T>): Promise<T> {
  await mkdir(outDirectory, { recursive: true });
  const directory = await mkdtemp(fileURLToPath(new URL("run-", outDirectory)));
  try {
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  }
}
