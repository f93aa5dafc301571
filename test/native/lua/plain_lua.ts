import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const driver = fileURLToPath(new URL("./plain_lua.lua", import.meta.url));
const endOfProgram = "\u0001end\n";
const limitMs = 60_000;

class PlainLuaMissingError extends Error {
  constructor(options: ErrorOptions) {
    super(
      "The differential test compares with Lua's own binary. Please install the Debian package lua5.4 (scripts/test_servers.sh does).",
      options,
    );
  }
}

/**
 * What Debian's lua5.4 prints for each program, all of them run by one process. A program that it did not come to the end of
 * (in `limitMs`, or because the process died) has `undefined`, and so has each one behind it. Text is Latin-1: a byte each.
 * @throws {PlainLuaMissingError}
 */
export async function plainLua(
  programs: readonly string[],
  options: { readonly limitMs?: number } = {},
): Promise<readonly (string | undefined)[]> {
  const child = spawn("lua5.4", [driver], { stdio: ["pipe", "pipe", "inherit"], timeout: options.limitMs ?? limitMs });
  const printed: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => printed.push(chunk));
  const closed = new Promise<void>((resolve, reject) => {
    child.once("error", (cause) => reject(new PlainLuaMissingError({ cause })));
    child.once("close", () => resolve());
  });
  child.stdin.on("error", () => undefined); // it died before it read all: its output says where
  child.stdin.end(Buffer.concat(programs.map((text) => Buffer.from(`${text.length}\n${text}`, "latin1"))));
  await closed;
  const outputs = Buffer.concat(printed).toString("latin1").split(endOfProgram);
  return programs.map((_, index) => (index < outputs.length - 1 ? outputs[index] : undefined));
}
