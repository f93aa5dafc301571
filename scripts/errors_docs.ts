import { glob, readFile } from "node:fs/promises";
import { errorCatalog } from "./errors/error_catalog.ts";
import { renderCatalog } from "./errors/render_catalog.ts";
import { keepGenerated } from "./generated_doc.ts";

const sources = new Map<string, string>();
for await (const file of glob("src/**/*.ts")) sources.set(file, await readFile(file, "utf8"));

const { entries, problems } = errorCatalog(new Map([...sources].toSorted(([a], [b]) => a.localeCompare(b))));
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
await keepGenerated("docs/errors.md", renderCatalog(entries), "scripts/errors_docs.ts");
