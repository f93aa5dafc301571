import { spawnSync } from "node:child_process";

/** Reads "<bytes>\n<source>" again and again; answers each with "<bytes>\n<what is wrong with it>". */
const driver = (runs: boolean) => `
local function answer(text) io.write(#text, "\\n", text) end
for length in io.lines() do
  local source = io.read(tonumber(length))
  local chunk, problem = load(source, "=chunk", "t")
  if chunk and ${runs} then
    local ok, raised = pcall(chunk)
    if not ok then problem = raised end
  end
  answer(problem and tostring(problem) or "")
end`;

/** What Debian's lua5.4 says against each source; empty when it compiles. All of them in one process. */
export function compileAll(sources: readonly string[]): readonly string[] {
  return askLua(sources, false);
}

/** The same, and each source is run: what it raises counts too. */
export function runAll(sources: readonly string[]): readonly string[] {
  return askLua(sources, true);
}

function askLua(sources: readonly string[], runs: boolean): readonly string[] {
  const asked = sources.map((source) => `${Buffer.byteLength(source)}\n${source}`).join("");
  const { stdout, error, stderr } = spawnSync("lua5.4", ["-e", driver(runs)], {
    input: asked,
    maxBuffer: 1 << 28,
    timeout: 60_000,
  });
  if (error !== undefined) throw error;
  const answers: string[] = [];
  for (let at = 0; at < stdout.length; ) {
    const behindLength = stdout.indexOf("\n", at) + 1;
    const end = behindLength + Number(stdout.subarray(at, behindLength));
    answers.push(stdout.toString("utf8", behindLength, end));
    at = end;
  }
  if (answers.length !== sources.length) throw new Error(`lua5.4 died: ${stderr}`);
  return answers;
}
