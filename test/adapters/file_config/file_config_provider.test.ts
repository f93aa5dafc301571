import { readdirSync, readFileSync, statSync } from "node:fs";
import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { FileConfigProvider } from "../../../src/adapters/file_config/file_config_provider.ts";
import { SystemClock } from "../../../src/app_runtime/base/clock.ts";
import {
  ConfigInvalidError,
  type ConfigShape,
  ConfigurationManager,
  type ReloadOutcome,
  renderProblem,
} from "../../../src/app_runtime/config/api.ts";
import { temporaryDirectory } from "./temporary_directory.ts";

const platform = {
  name: { doc: "Name.", format: "nonempty", default: "shop" },
  port: { doc: "Port.", format: "port", default: 80 },
} as const;
const shape: ConfigShape = { sections: { platform }, unitRoles: {} };

/** What a load of a file with this content says is wrong with it. */
async function problemsOf(content: string | Uint8Array, fileName = "app.yaml"): Promise<readonly string[]> {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, fileName), content);
  const layer = await new FileConfigProvider({ name: "application file", path: join(directory, fileName) }).load();
  return layer.problems.map((problem) => renderProblem(problem).replace(`${directory}/`, ""));
}

/** Changes as they are seen, one promise after the other. */
function watchOf(provider: FileConfigProvider): { readonly next: () => Promise<void> } {
  let seen = Promise.withResolvers<void>();
  const watch = provider.watch(
    () => {
      seen.resolve();
      seen = Promise.withResolvers();
    },
    (reason) => seen.reject(reason),
  );
  onTestFinished(() => watch[Symbol.dispose]());
  return { next: () => seen.promise };
}

test("a file that cannot be a configuration is a problem that says why", async () => {
  expect(await problemsOf("#".repeat(1_000_001))).toEqual([
    "app.yaml: The file is larger than 1000000 bytes, the limit for a configuration.",
  ]);
  expect(await problemsOf(Uint8Array.of(0x61, 0x3a, 0xff, 0xfe))).toEqual(["app.yaml: The file is not UTF-8 text."]);
  expect(await problemsOf("\ufeffplatform: {}\n")).toEqual([]);
  expect(await problemsOf("a: 1\n", "app.json")).toEqual([
    expect.stringContaining("app.json:1:1: This is YAML, not JSON"),
  ]);
});

test("a file that is not there is a problem, unless it is optional", async () => {
  const path = join(await temporaryDirectory(), "app.yaml");
  const load = async (optional: boolean) =>
    (await new FileConfigProvider({ name: "f", path, optional }).load()).problems;

  expect((await load(false)).map(renderProblem)).toEqual([
    `${path}: The file is not there. Create it or name another.`,
  ]);
  expect(await load(true)).toEqual([]);
  await mkdir(path);
  expect((await load(true)).map(renderProblem)).toEqual([`${path}: This is not a file.`]);
});

test("three files are three layers, and errors name the one to open", async () => {
  const directory = await temporaryDirectory();
  const path = (name: string) => join(directory, name);
  await writeFile(path("platform.yaml"), "platform:\n  name: a\n  port: 1\n");
  await writeFile(path("app.json"), '{ "platform": { "port": 2 } }');
  await writeFile(path("production.yaml"), "platform:\n  name: c\n");
  const manager = new ConfigurationManager({
    shape,
    providers: [
      new FileConfigProvider({ name: "platform file", path: path("platform.yaml") }),
      new FileConfigProvider({ name: "application file", path: path("app.json") }),
      new FileConfigProvider({ name: "environment-specific file", path: path("production.yaml"), optional: true }),
    ],
    env: {},
    argv: [],
    clock: new SystemClock(),
  });
  const snapshot = await manager.load();
  expect(snapshot.get("platform", platform)).toEqual({ name: "c", port: 2 });
  expect(snapshot.origin("platform.port")?.place).toEqual({
    layer: "application file",
    source: path("app.json"),
    line: 1,
    column: 17,
  });

  await writeFile(path("production.yaml"), "platform:\n  name: c\n  prot: 3\n");
  const outcome = await manager.reload("test");
  expect(outcome.kind === "invalid" && outcome.problems.map(renderProblem)).toEqual([
    `${path("production.yaml")}:3:3 platform.prot: is not a key here. Did you mean "port"?`,
  ]);
});

test("a syntax error keeps nothing of the file, and comes together with what the other files have wrong", async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, "a.yaml"), "platform:\n\tname: x\n");
  await writeFile(join(directory, "b.yaml"), "platform: { port: x }\n");
  const providers = ["a.yaml", "b.yaml"].map((name) => new FileConfigProvider({ name, path: join(directory, name) }));
  const manager = new ConfigurationManager({ shape, providers, env: {}, argv: [], clock: new SystemClock() });
  const error = await manager.load().catch((thrown: unknown) => thrown);

  expect(error).toBeInstanceOf(ConfigInvalidError);
  expect((error as ConfigInvalidError).problems.map(({ code }) => code)).toEqual(["SYNTAX", "VALUE"]);
});

test("a file that is written to, replaced, removed and made again is seen each time", async () => {
  const directory = await temporaryDirectory();
  const path = join(directory, "app.yaml");
  await writeFile(path, "a: 1\n");
  const provider = new FileConfigProvider({ name: "f", path });
  await provider.load();
  const watch = watchOf(provider);

  const steps = [
    () => writeFile(path, "a: 22\n"),
    () => writeFile(`${path}.new`, "a: 3\n").then(() => rename(`${path}.new`, path)),
    () => rm(path),
    () => writeFile(path, "a: 4\n"),
  ];
  for (const step of steps) {
    const seen = watch.next();
    await step();
    await seen;
  }
});

test("a change between load and watch is not missed", async () => {
  const path = join(await temporaryDirectory(), "app.yaml");
  await writeFile(path, "a: 1\n");
  const provider = new FileConfigProvider({ name: "f", path });
  await provider.load();
  await writeFile(path, "a: 22\n");

  await watchOf(provider).next();
});

test("the swap of a mounted config map is seen: a link beside the file changes, the file does not", async () => {
  const directory = await temporaryDirectory();
  for (const version of ["v1", "v2"]) {
    await mkdir(join(directory, version));
    await writeFile(join(directory, version, "app.yaml"), `a: ${version}\n`);
  }
  await symlink("v1", join(directory, "..data"));
  await symlink("..data/app.yaml", join(directory, "app.yaml"));
  const provider = new FileConfigProvider({ name: "f", path: join(directory, "app.yaml") });
  await provider.load();
  const seen = watchOf(provider).next();

  await symlink("v2", join(directory, "..data_tmp"));
  await rename(join(directory, "..data_tmp"), join(directory, "..data"));
  await seen;
});

test("other files in the directory are no change, and after dispose nothing is", async () => {
  const directory = await temporaryDirectory();
  const path = join(directory, "app.yaml");
  await writeFile(path, "a: 1\n");
  await writeFile(`${path}.new`, "a: 22\n");
  const provider = new FileConfigProvider({ name: "f", path });
  await provider.load();
  const unexpected = () => expect.unreachable();
  provider.watch(unexpected, unexpected)[Symbol.dispose]();
  const sizes: number[] = [];
  const changed = Promise.withResolvers<void>();
  const watch = provider.watch(() => {
    sizes.push(statSync(path).size);
    if (sizes.includes(6)) changed.resolve();
  }, unexpected);
  onTestFinished(() => watch[Symbol.dispose]());

  await writeFile(join(directory, "other.yaml"), "b: 1\n");
  await rename(`${path}.new`, path);
  await changed.promise;
  expect(sizes).toEqual([6]);
});

test("a directory that cannot be watched is said once", async () => {
  const failures: Error[] = [];
  const provider = new FileConfigProvider({
    name: "f",
    path: join(await temporaryDirectory(), "none", "app.yaml"),
    optional: true,
  });
  const watch = provider.watch(
    () => expect.unreachable(),
    (reason) => void failures.push(reason),
  );
  watch[Symbol.dispose]();

  expect(failures.map(({ message }) => message)).toEqual([expect.stringContaining("ENOENT")]);
});

test.runIf(process.platform === "linux")(
  "a manager follows its file and leaves nothing behind when it is closed",
  async () => {
    const before = watches();
    const path = join(await temporaryDirectory(), "app.yaml");
    await writeFile(path, "platform: { port: 1 }\n");
    const outcome = Promise.withResolvers<ReloadOutcome>();
    const manager = new ConfigurationManager({
      shape,
      providers: [new FileConfigProvider({ name: "application file", path })],
      env: {},
      argv: [],
      clock: new SystemClock(),
      observer: { reloaded: (_, reloaded) => outcome.resolve(reloaded) },
    });
    await manager.load();
    manager.watch();
    expect(watches()).toBe(before + 1);

    await writeFile(path, "platform: { port: 2 }\n");
    expect(await outcome.promise).toMatchObject({ kind: "applied" });
    expect(manager.current.get("platform", platform).port).toBe(2);

    await manager.close();
    expect(watches()).toBe(before);
  },
);

/** Directory watches that are alive in this process, as Linux counts them. */
function watches(): number {
  const open = readdirSync("/proc/self/fdinfo").map(fdInfo);
  return open.join("\n").split("inotify wd:").length - 1;
}

/** Empty for the descriptor with which the directory itself was listed: it is closed by now. */
function fdInfo(fd: string): string {
  try {
    return readFileSync(`/proc/self/fdinfo/${fd}`, "utf8");
  } catch {
    return "";
  }
}
