import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { cruise, type ICruiseResult, type IViolation } from "dependency-cruiser";
import { doorRules } from "./door_rules.ts";
import { teachSwcUsing } from "./teach_swc_using.ts";
import { adapters, applications, developmentServers, rooms } from "./walls.ts";

/** Somebody went through a wall. */
interface BrokenWall {
  readonly rule: string;
  /** A sentence with the files and the rule in plain words. */
  readonly sentence: string;
}

export interface DoorsReport {
  /** How many files of src/ were read. */
  readonly files: number;
  readonly broken: readonly BrokenWall[];
}

/** Holds every import below `<root>/src` against the table of walls. */
export async function checkDoors(root: string): Promise<DoorsReport> {
  const [graph, files] = await Promise.all([readImports(root), sourceFiles(root)]);
  const read = graph.modules.map((module) => module.source).filter((source) => source.startsWith("src/"));
  const broken = [
    ...graph.summary.violations.map(brokenWall),
    ...unseen(files, new Set(read)),
    ...(await unlistedFolders(root)),
  ];
  return { files: files.length, broken };
}

async function readImports(root: string): Promise<ICruiseResult> {
  teachSwcUsing();
  const { output } = await cruise(
    ["src"],
    {
      baseDir: root,
      parser: "swc",
      tsPreCompilationDeps: true,
      doNotFollow: { path: ["node_modules"] },
      ruleSet: { forbidden: [...doorRules()] },
      validate: true,
    },
    {
      extensions: [".ts", ".js", ".mjs", ".cjs", ".json"],
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default"],
    },
  );
  if (typeof output === "string") throw new TypeError("dependency-cruiser answered with text instead of a result.");
  return output;
}

function brokenWall(violation: IViolation): BrokenWall {
  const rule = violation.rule.name;
  const way =
    violation.cycle === undefined
      ? `${violation.from} imports ${violation.to}`
      : [violation.from, ...violation.cycle.map((step) => step.name)].join(" → ");
  const meaning = doorRules().find((candidate) => candidate.name === rule)?.comment;
  return { rule, sentence: `${way}\n    ${rule}: ${meaning}` };
}

/** A check that reads nothing passes everything, so what it did not read counts against it. */
function unseen(files: readonly string[], read: ReadonlySet<string>): readonly BrokenWall[] {
  return files
    .filter((file) => !read.has(file))
    .map((file) => ({
      rule: "unseen",
      sentence: `${file} was not read\n    unseen: The check reads every file of src/.`,
    }));
}

async function sourceFiles(root: string): Promise<readonly string[]> {
  const entries = await readdir(join(root, "src"), { recursive: true });
  return entries.filter((entry) => /\.[cm]?[jt]sx?$/.test(entry)).map((entry) => `src/${entry}`);
}

async function unlistedFolders(root: string): Promise<readonly BrokenWall[]> {
  const listed: Readonly<Record<string, readonly string[]>> = {
    src: ["app_runtime", "adapters", ...Object.keys(applications), ...Object.keys(developmentServers)],
    "src/app_runtime": ["base", "contracts", ...Object.keys(rooms)],
    "src/adapters": Object.keys(adapters),
    ...Object.fromEntries(Object.entries(applications).map(([name, folders]) => [`src/${name}`, Object.keys(folders)])),
  };
  const found = await Promise.all(
    Object.keys(listed).map(async (parent) => [parent, await foldersIn(root, parent)] as const),
  );
  return found.flatMap(([parent, folders]) =>
    folders
      .filter((folder) => !listed[parent]?.includes(folder))
      .map((folder) => ({
        rule: "unlisted",
        sentence: `${parent}/${folder} has no doors\n    unlisted: Every folder stands in scripts/doors/walls.ts.`,
      })),
  );
}

async function foldersIn(root: string, parent: string): Promise<readonly string[]> {
  const entries = await readdir(join(root, parent), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}
