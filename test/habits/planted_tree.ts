import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { adapters, applications, developmentServers, rooms } from "../../scripts/doors/walls.ts";

/** Path below the tree's root, and what stands in the file. */
export type Files = Readonly<Record<string, string>>;

const declared = ["left-pad", "fastify"];
const onlyInDevelopment = ["vitest"];
const undeclared = ["stowaway"];

/** A small project laid out like ours: every folder of the table holds a file, an api.ts or an index.ts; all is well. */
export function healthyTree(): Files {
  const folders = [
    "app_runtime/base",
    "app_runtime/contracts",
    ...Object.keys(rooms).map((room) => `app_runtime/${room}`),
    ...Object.keys(adapters).map((adapter) => `adapters/${adapter}`),
    ...Object.entries(applications).flatMap(([name, own]) => Object.keys(own).map((folder) => `${name}/${folder}`)),
    ...Object.keys(developmentServers),
  ];
  const insides = folders.map((folder) => [`src/${folder}/inside.ts`, "export const inside = 1;\n"]);
  const faces = folders.flatMap((folder) =>
    ["api.ts", "index.ts"].map((face) => [`src/${folder}/${face}`, 'export { inside } from "./inside.ts";\n']),
  );
  const packages = [...declared, ...onlyInDevelopment, ...undeclared].flatMap((name) => [
    [`node_modules/${name}/package.json`, JSON.stringify({ name, version: "1.0.0", main: "index.js" })],
    [`node_modules/${name}/index.js`, "module.exports = {};\n"],
  ]);
  return {
    "package.json": JSON.stringify({
      type: "module",
      dependencies: Object.fromEntries(declared.map((name) => [name, "1.0.0"])),
      devDependencies: Object.fromEntries(onlyInDevelopment.map((name) => [name, "1.0.0"])),
    }),
    "scripts/tool.ts": "export const tool = 1;\n",
    "src/app_runtime/index.ts": 'export { inside } from "./queue/api.ts";\n',
    "src/app_runtime/core/boot.ts": 'export { inside } from "../workers/api.ts";\n',
    "src/adapters/http_control/plane.ts":
      'export { inside } from "../../app_runtime/control/api.ts";\nimport "fastify";\n',
    "src/mail_order_bot_app/main.ts": 'import "../adapters/imap/index.ts";\nimport "../dev_mail_server/index.ts";\n',
    "src/mail_order_bot_app/services/use_case.ts": 'export { inside } from "../domain/inside.ts";\n',
    ...Object.fromEntries([...insides, ...faces, ...packages]),
  };
}

/** Writes the files into a new directory, which is removed after the test. */
export async function plantTree(files: Files): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "app_runtime_doors_"));
  onTestFinished(() => rm(root, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}
