import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

interface LockedPackage {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly resolved?: string;
}

const lock: { readonly packages: Readonly<Record<string, LockedPackage>> } = JSON.parse(
  await readFile("package-lock.json", "utf8"),
);
const locked = Object.entries(lock.packages);

/** npm leaves out what its registry could not show it, and then refuses its own file: "Missing: ... from lock file". */
test("every package that another may want is locked, also those for other machines", () => {
  const missing = locked.flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => !isLocked(path, name)),
  );
  expect(missing).toEqual([]);
});

test("no registry's address is locked: everybody uses their own", () => {
  expect(locked.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
});

test("package.json and its lock name the same exact versions", async () => {
  const { dependencies, devDependencies } = JSON.parse(await readFile("package.json", "utf8"));
  expect({ dependencies, devDependencies }).toEqual({
    dependencies: lock.packages[""]?.dependencies,
    devDependencies: lock.packages[""]?.devDependencies,
  });
  const versions: readonly unknown[] = Object.values({ ...dependencies, ...devDependencies });
  expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(String(version)))).toEqual([]);
});

/** Beside the package that wants it, or at the top. */
function isLocked(path: string, name: string): boolean {
  return [`${path}/node_modules/${name}`, `node_modules/${name}`].some((place) => place in lock.packages);
}
