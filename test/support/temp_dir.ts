import { onTestFinished } from "vitest";
import { makeTempDir } from "./make_temp_dir.ts";

/** The path of a fresh directory that goes when the running test has finished. */
export function tempDir(): string {
  const directory = makeTempDir();
  onTestFinished(() => directory.remove());
  return directory.path;
}
