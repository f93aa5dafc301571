import { execFile } from "node:child_process";
import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const start = promisify(execFile);
const project = process.cwd();
const installLimitMs = 180_000;

let root: string;
let consumer: string;

/** Packs what `npm publish` would send, from a fresh build, and installs it where nothing of ours is. */
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "app_runtime_package_"));
  consumer = join(root, "consumer");
  const tarball = await pack(join(root, "package"));
  await mkdir(consumer);
  await writeFile(join(consumer, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const nodeTypes = await versionOf("@types/node");
  await npm(consumer, "install", "--no-audit", "--no-fund", tarball, `@types/node@${nodeTypes}`);
}, installLimitMs);

afterAll(() => rm(root, { recursive: true, force: true }));

async function pack(folder: string): Promise<string> {
  await mkdir(folder);
  const output = ["--outDir", join(folder, "dist"), "--tsBuildInfoFile", join(root, "build_info")];
  await tsc("-p", "tsconfig.build.json", ...output);
  await run(project, join(project, "scripts/put_lua.sh"), [join(folder, "dist")]); // what prepack does
  for (const file of ["package.json", "LICENSE", "CHANGELOG.md"])
    await copyFile(join(project, file), join(folder, file));
  const listing = await npm(folder, "pack", "--json", "--ignore-scripts");
  const [packed] = JSON.parse(listing);
  return join(folder, packed.filename);
}

async function versionOf(name: string): Promise<string> {
  const { devDependencies } = JSON.parse(await readFile(join(project, "package.json"), "utf8"));
  return devDependencies[name];
}

async function npm(cwd: string, ...words: readonly string[]): Promise<string> {
  return await run(cwd, "npm", words);
}

async function tsc(...words: readonly string[]): Promise<string> {
  return await run(project, join(project, "node_modules/.bin/tsc"), words);
}

/** Runs a program of the consumer with the Node of this test. */
async function node(...words: readonly string[]): Promise<string> {
  return await run(consumer, process.execPath, words);
}

async function run(cwd: string, program: string, words: readonly string[]): Promise<string> {
  try {
    return (await start(program, [...words], { cwd, timeout: installLimitMs })).stdout;
  } catch (failure) {
    throw new Error(`${program} failed: ${Reflect.get(Object(failure), "stdout")}`, { cause: failure });
  }
}

test("it holds the platform and the adapters, and nothing else of ours", async () => {
  const installed = join(consumer, "node_modules/app_runtime");
  expect((await readdir(join(installed, "dist"))).toSorted()).toEqual(["adapters", "app_runtime"]);
  const files = await readdir(installed, { recursive: true });
  expect(files.filter((file) => /\.map$|^(src|test|scripts)\//.test(file))).toEqual([]);
  expect(files).toContain("LICENSE");
});

test("each adapter has a door of its own", async () => {
  const adapters = await readdir(join(project, "src/adapters"));
  const doors = ["app_runtime", "app_runtime/testing", ...adapters.map((name) => `app_runtime/adapters/${name}`)];
  const look = `for (const door of ${JSON.stringify(doors)}) await import(door).catch((why) => console.log(door, why.code));`;
  expect(await node("--input-type=module", "-e", look)).toBe("");
});

test("it brings the engine of Lua along", async () => {
  const program = `
    import { ProcessRuntime, SystemClock } from "app_runtime";
    import { LuaEngine, luaEntry } from "app_runtime/adapters/lua";
    const runtime = new ProcessRuntime({ clock: new SystemClock(), engines: [{ engine: new LuaEngine(), lanes: 1 }] });
    await runtime.start();
    await runtime.host({ id: "h", maxProcesses: 1, maxMemory: 1 << 20, maxMessages: 10, maxMailbox: 1 << 20 });
    await runtime.entry(luaEntry("app:hello", { source: "return { main = function(name) return 'hello ' .. name end }" }));
    console.log(await (await runtime.spawn("app:hello", "h", "world")).ended);
    await runtime.close();`;
  expect(await node("--input-type=module", "-e", program)).toContain("value: 'hello world'");
});

test.each(await readdir(join(project, "examples")))(
  "the example %s compiles and runs there, and says what it promises",
  async (example) => {
    const folder = join(consumer, example);
    await cp(join(project, "examples", example), folder, { recursive: true });
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(strictConfig));
    await tsc("-p", folder);

    expect(await node(join(folder, "main.ts"))).toBe(await readFile(join(folder, "expected_output.txt"), "utf8"));
  },
);

/** What a careful user has: their compiler also reads our declarations. */
const strictConfig = {
  compilerOptions: {
    target: "es2024",
    lib: ["es2024", "esnext.disposable"],
    module: "nodenext",
    types: ["node"],
    strict: true,
    exactOptionalPropertyTypes: true,
    allowImportingTsExtensions: true,
    noEmit: true,
    skipLibCheck: false,
  },
  files: ["main.ts"],
};
