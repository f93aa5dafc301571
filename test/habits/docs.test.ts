import { access, glob, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const pages = ["README.md", "CHANGELOG.md"];
for await (const page of glob("docs/**/*.md")) pages.push(page);

/** "[text](target)" with a relative target; its anchor is left out. */
async function relativeLinks(page: string): Promise<readonly string[]> {
  const text = await readFile(page, "utf8");
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? "");
  return targets.filter((target) => !/^([a-z]+:|#)/.test(target)).map((target) => target.replace(/#.*/, ""));
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

test.each(pages)("%s links only to files that exist", async (page) => {
  const links = await relativeLinks(page);
  const missing: string[] = [];
  for (const link of links) if (!(await exists(join(dirname(page), link)))) missing.push(link);
  expect(missing).toEqual([]);
});

test("the life of one task names the files of every step", async () => {
  const text = await readFile("docs/one_task.md", "utf8");
  const steps = text.split(/^\d+\. /m).slice(1);
  expect(steps.length).toBeGreaterThanOrEqual(10);
  for (const step of steps) expect(step).toMatch(/\]\(\.\.\/src\//);
});

test("the minimal example is an application in under 60 lines", async () => {
  const lines = (await readFile("examples/minimal/main.ts", "utf8")).trimEnd().split("\n");
  expect(lines.length).toBeLessThan(60);
});

test.each(["testing", "processes"])("the page on %s shows a test that runs", async (name) => {
  const page = await readFile(`docs/${name}.md`, "utf8");
  const shown = /^```ts\n([\s\S]*?)^```$/m.exec(page)?.[1];
  expect(shown).toBe(await readFile(`test/habits/${name}_page.test.ts`, "utf8"));
});
