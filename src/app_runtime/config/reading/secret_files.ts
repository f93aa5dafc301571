import { open } from "node:fs/promises";
import { join } from "node:path";

import type { SecretFile } from "./references.ts";

const maxSecretBytes = 64 * 1024;

/** Reads the files of the named secrets; each is one text, without the line break editors put at its end. */
export async function readSecretFiles(
  directory: string | undefined,
  names: ReadonlySet<string>,
): Promise<ReadonlyMap<string, SecretFile>> {
  const files = [...names].map(async (name) => [name, await readSecretFile(directory, name)] as const);
  return new Map(await Promise.all(files));
}

async function readSecretFile(directory: string | undefined, name: string): Promise<SecretFile> {
  if (directory === undefined) return { kind: "absent", why: "no secrets directory is given." };
  const path = join(directory, name);
  try {
    await using file = await open(path, "r");
    const stats = await file.stat();
    if (!stats.isFile()) return { kind: "absent", why: `${path} is not a file.` };
    if (stats.size > maxSecretBytes) return { kind: "absent", why: `${path} is larger than ${maxSecretBytes} bytes.` };
    const text = await file.readFile("utf8");
    return { kind: "text", text: text.replace(/\r?\n$/, "") };
  } catch (error) {
    return { kind: "absent", why: `${path} cannot be read (${errorWord(error)}). Create the file.` };
  }
}

/** "ENOENT": enough for the sentence, and never a piece of what was read. */
function errorWord(error: unknown): string {
  const code = error instanceof Error ? Reflect.get(error, "code") : undefined;
  return typeof code === "string" ? code : "unreadable";
}
