import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { demoPlace, startDemo } from "../mail_order_bot_app/demonstration.ts";
import { tempDir } from "../support/temp_dir.ts";

/** The block under "Try it", without the rule below its head and without the dots. */
async function shownLines(): Promise<readonly string[]> {
  const block = /^```\n(mail {2,}[\s\S]*?)^```$/m.exec(await readFile("README.md", "utf8"))?.[1] ?? "";
  return block.split("\n").filter((line) => /\p{L}/u.test(line));
}

/** Cells, since columns are as wide as their widest one; order numbers differ from mailbox to mailbox. */
function cellsOf(line: string): readonly string[] {
  return line.split(/ {2,}/).map((cell) => cell.replaceAll(/SO-[0-9A-Z]{12}/g, "SO-…"));
}

test("the README shows what the demonstration prints", async () => {
  const demo = startDemo(await demoPlace(await tempDir()));
  await demo.says("Summary: ");
  await demo.says("It keeps running.");

  const printed = demo.output.split("\n").map(cellsOf);
  const shown = await shownLines();
  expect(shown.length).toBeGreaterThanOrEqual(6);
  for (const line of shown) expect(printed).toContainEqual(cellsOf(line));
});
