import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface TempDir {
  readonly path: string;
  remove(): void;
}

/** A fresh directory, for set-ups that outlive one test. */
export function makeTempDir(): TempDir {
  const path = mkdtempSync(join(tmpdir(), "app_runtime-test-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 3 }) };
}
