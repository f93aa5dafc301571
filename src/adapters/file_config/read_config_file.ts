import { type FileHandle, open } from "node:fs/promises";

/** A configuration larger than this is not one. */
export const maxFileBytes = 1_000_000;

export type ConfigFile =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "absent" }
  | { readonly kind: "unusable"; readonly code: "FILE" | "LIMIT" | "SYNTAX"; readonly why: string };

/** The text of a file, or why it cannot be one. Never blocks on a pipe and never reads more than the limit. */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  try {
    await using file = await open(path, "r");
    const stats = await file.stat();
    if (!stats.isFile()) return { kind: "unusable", code: "FILE", why: "This is not a file." };
    const bytes = await readAtMost(file, maxFileBytes + 1);
    if (bytes.length > maxFileBytes) {
      return {
        kind: "unusable",
        code: "LIMIT",
        why: `The file is larger than ${maxFileBytes} bytes, the limit for a configuration.`,
      };
    }
    return decode(bytes);
  } catch (error) {
    const code = error instanceof Error ? String(Reflect.get(error, "code")) : "unknown error";
    if (code === "ENOENT") return { kind: "absent" };
    return { kind: "unusable", code: "FILE", why: `The file cannot be read (${code}).` };
  }
}

async function readAtMost(file: FileHandle, limit: number): Promise<Uint8Array> {
  const buffer = new Uint8Array(limit);
  let filled = 0;
  while (filled < limit) {
    const { bytesRead } = await file.read(buffer, filled, limit - filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

function decode(bytes: Uint8Array): ConfigFile {
  try {
    return { kind: "text", text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { kind: "unusable", code: "SYNTAX", why: "The file is not UTF-8 text." };
  }
}
