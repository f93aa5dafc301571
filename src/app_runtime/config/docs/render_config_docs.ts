import type { LeafKey, Schema } from "../../contracts/config_schema.ts";
import type { ConfigShape, UnitRole } from "../config_shape.ts";
import { expectation, formatNameOf, isSecretKey } from "../reading/formats.ts";
import { type DocumentedKey, documentedKeys } from "./documented_key.ts";

/** docs/config.md: every section, role and kind with a table of its keys. The same shape always gives the same text. */
export function renderConfigDocs(shape: ConfigShape): string {
  const sections = Object.entries(shape.sections).map(([name, schema]) => `## \`${name}\`\n\n${table(schema)}`);
  const roles = Object.entries(shape.unitRoles).map(([name, role]) => renderRole(name, role));
  return `${[introduction, ...sections, ...roles].join("\n\n")}\n`;
}

const introduction = `# Configuration

Layers, the later over the earlier:

1. the defaults of the tables below, and what the application's modules declare;
2. the files, in the order of \`--config\`;
3. environment variables: \`APP_RUNTIME__PLATFORM__DATA_DIR=./data\` is \`platform.dataDir\`;
4. \`--set platform.dataDir=./data\`.

Sections and units merge key by key; lists and single values replace. A value that is left empty says nothing. Every unit
may say \`enabled: false\`. \`GET /config\` shows every value with the layer, file and line it came from.

Any text may hold references, also several and in the middle of it:

| written | stands for |
|---|---|
| \`\${env:NAME}\` | the environment variable \`NAME\` |
| \`\${secret:name}\` | the text of the file \`name\` in the directory given by \`--secrets DIR\`, without the line break at its end |
| \`$\${\` | a literal \`\${\` |

A reference to something that is not there is an error. Secrets are masked in every output. Durations and sizes carry
their unit: \`250ms\`, \`30s\`, \`5m\`, \`1h\`, \`7d\`; \`64kB\`, \`25MB\`. Relative paths start at the directory in which the runtime
was started.

A changed file is read again at once, and on SIGHUP. If anything in it is wrong, nothing of it is applied and the log says
what and where. A change of a key that **needs a restart** is accepted and waits for the next start; every other takes
effect at once, by restarting the units it concerns and no others.`;

function renderRole(name: string, role: UnitRole): string {
  const { choice } = role;
  const units = `## \`${name}.<name>\`\n\n${role.doc}`;
  if (choice === undefined) return `${units}\n\n${table(role.common)}`;
  const common = `Every unit names its kind under \`${choice.key}\`${keysOf(role.common) ? ` and has:\n\n${table(role.common)}` : "."}`;
  const kinds = Object.entries(choice.kinds).map(
    ([kind, schema]) => `### \`${name}.<name>\` with \`${choice.key}: ${kind}\`\n\n${table(schema)}`,
  );
  return [units, common, ...kinds].join("\n\n");
}

function keysOf(schema: Schema): boolean {
  return Object.keys(schema).length > 0;
}

function table(schema: Schema): string {
  if (!keysOf(schema)) return "No keys of its own.";
  const rows = [...documentedKeys(schema)].map(row);
  return ["| key | type | default | format | meaning | notes |", "|---|---|---|---|---|---|", ...rows].join("\n");
}

function row({ path, key }: DocumentedKey): string {
  const cells =
    key.format === "section" || key.format === "map"
      ? [key.format, "", "", key.doc, key.optional === true ? "optional" : ""]
      : leafCells(key);
  return `| ${[`\`${path}\``, ...cells].map(escapeCell).join(" | ")} |`;
}

function leafCells(key: LeafKey): readonly string[] {
  return [formatNameOf(key), defaultOf(key), expectation(key), key.doc, notesOf(key).join(", ")];
}

function defaultOf(key: LeafKey): string {
  if (key.default === null) return "";
  if (isSecretKey(key)) return "set";
  return `\`${typeof key.default === "string" ? key.default || '""' : JSON.stringify(key.default)}\``;
}

function notesOf(key: LeafKey): readonly string[] {
  const presence = key.default !== null ? [] : [key.optional === true ? "optional" : "**required**"];
  return [...presence, ...(isSecretKey(key) ? ["secret"] : []), ...(key.restart === true ? ["needs a restart"] : [])];
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll(/\s*\n\s*/g, " ");
}
