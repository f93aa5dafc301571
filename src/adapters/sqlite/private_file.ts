import { closeSync, openSync } from "node:fs";

/**
 * Makes an empty file that only its owner may read; SQLite gives its neighbours (`-wal`, `-shm`) the same mode. One that is
 * there is not even opened: closing it again would drop the locks this process holds on it (POSIX, close(2)).
 */
export function makePrivateFile(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch (thrown) {
    if (Reflect.get(Object(thrown), "code") !== "EEXIST") throw thrown;
  }
}
