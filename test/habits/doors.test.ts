import { describe, expect, test } from "vitest";
import { checkDoors } from "../../scripts/doors/check_doors.ts";
import { doorRules } from "../../scripts/doors/door_rules.ts";
import { adapters, rooms } from "../../scripts/doors/walls.ts";
import { type Files, healthyTree, plantTree } from "./planted_tree.ts";
import { plantedViolations } from "./planted_violations.ts";

/** The rules that the tree breaks once these files are in it, each with the sentence that is shown. */
async function brokenBy(planted: Files): Promise<readonly { readonly rule: string; readonly sentence: string }[]> {
  return (await checkDoors(await plantTree({ ...healthyTree(), ...planted }))).broken;
}

async function rulesBrokenBy(planted: Files): Promise<readonly string[]> {
  return (await brokenBy(planted)).map(({ rule }) => rule);
}

test("a house with closed doors passes", async () => {
  expect(await brokenBy({})).toEqual([]);
});

test("every wall fails the check when somebody goes through it, and the file is named", async () => {
  const violations = plantedViolations();
  const planted = [...violations.values()].map(([file, imported]) => [file, `import "${imported}";\n`]);
  const broken = await brokenBy(Object.fromEntries(planted));

  const unnoticed = doorRules().filter(({ name }) => {
    const [file] = violations.get(name) ?? [];
    return file === undefined || !broken.some(({ rule, sentence }) => rule === name && sentence.startsWith(file));
  });
  expect(unnoticed.map(({ name }) => name)).toEqual([]);
});

test("a broken wall is said in plain words", async () => {
  const [broken] = await brokenBy({ "src/adapters/imap/planted.ts": 'import "../smtp/index.ts";\n' });
  expect(broken?.sentence).toBe(
    "src/adapters/imap/planted.ts imports src/adapters/smtp/index.ts\n" +
      "    adapter imap: The adapter imap imports base, contracts and the api.ts of intake; never another adapter.",
  );
});

test("an adapter that stands on a driver imports its index.ts, and nothing else of it or of other adapters", async () => {
  const planted = (imported: string) => ({ "src/adapters/journal_sqlite/planted.ts": `import "../${imported}";\n` });
  expect(await rulesBrokenBy(planted("sqlite/index.ts"))).toEqual([]);
  expect(await rulesBrokenBy(planted("sqlite/inside.ts"))).toEqual([
    "adapter journal_sqlite",
    "face of adapter sqlite",
  ]);
  expect(await brokenBy(planted("smtp/index.ts"))).toMatchObject([
    { sentence: expect.stringContaining("of other adapters only the index.ts of its driver sqlite") },
  ]);
});

test("a driver stands on no driver", () => {
  const drivers = new Set(Object.values(adapters).flatMap((adapter) => adapter.drivers ?? []));
  expect([...drivers].filter((name) => (adapters[name]?.drivers ?? []).length > 0)).toEqual([]);
  expect([...drivers].filter((name) => adapters[name] === undefined)).toEqual([]);
});

test("a circle is shown in full", async () => {
  const broken = await brokenBy({
    "src/app_runtime/queue/one.ts": 'import type { two } from "./two.ts";\nexport const one: typeof two = 1;\n',
    "src/app_runtime/queue/two.ts": 'import { one } from "./one.ts";\nexport const two: number = one;\n',
  });
  expect(broken.map(({ sentence }) => sentence.split("\n")[0])).toEqual([
    "src/app_runtime/queue/one.ts → src/app_runtime/queue/two.ts → src/app_runtime/queue/one.ts",
  ]);
});

describe("however it is imported:", () => {
  test.each([
    ["as a type", 'import type { inside } from "../smtp/index.ts";\nexport type Inside = typeof inside;\n'],
    ["by passing it on", 'export { inside } from "../smtp/index.ts";\n'],
    ["all of it", 'export * from "../smtp/index.ts";\n'],
    ["late", 'export class A { async #b() { return await import("../smtp/index.ts"); } }\n'],
    [
      "late, behind a using declaration",
      'export async function a() { using b = (await import("../smtp/index.ts")).c; }\n',
    ],
  ])("%s", async (_, code) => {
    expect(await rulesBrokenBy({ "src/adapters/imap/planted.ts": code })).toEqual(["adapter imap"]);
  });
});

test("a file that the check cannot read fails it", async () => {
  expect(await rulesBrokenBy({ "src/adapters/imap/hidden.mts": "export {};\n" })).toEqual(["unseen"]);
});

test.each(["src/newcomer", "src/app_runtime/newcomer", "src/adapters/newcomer", "src/mail_order_bot_app/newcomer"])(
  "a new folder %s needs doors",
  async (folder) => {
    expect(await rulesBrokenBy({ [`${folder}/index.ts`]: "export {};\n" })).toContain("unlisted");
  },
);

test("the table of rooms has no circle: each names only rooms above it", () => {
  const above = new Set<string>();
  for (const [name, room] of Object.entries(rooms)) {
    expect(room.rooms.filter((other) => !above.has(other))).toEqual([]);
    above.add(name);
  }
  expect(Object.values(adapters).flatMap((adapter) => adapter.rooms.filter((room) => !above.has(room)))).toEqual([]);
});
