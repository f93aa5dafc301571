import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The same way up from src/ and from dist/. */
const packageFile = join(import.meta.dirname, "../../package.json");

/** Undefined where the program was taken away from its package. */
export function applicationVersion(): string | undefined {
  try {
    const { version } = JSON.parse(readFileSync(packageFile, "utf8")) as { readonly version?: unknown };
    return typeof version === "string" ? version : undefined;
  } catch {
    return undefined;
  }
}
