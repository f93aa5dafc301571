import { readFile, writeFile } from "node:fs/promises";

/**
 * Keeps a generated page equal to what it is generated from: writes it, or, with `--check` on the command line, only says
 * that it has drifted.
 */
export async function keepGenerated(page: string, text: string, madeBy: string): Promise<void> {
  if (!process.argv.includes("--check")) {
    await writeFile(page, text);
    console.log(`${page} written`);
    return;
  }
  const written = await readFile(page, "utf8").catch(() => "");
  if (written === text) {
    console.log(`${page} is up to date`);
    return;
  }
  console.error(`${page} is not what the sources say. Run: node ${madeBy}`);
  process.exitCode = 1;
}
