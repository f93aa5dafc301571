import type { CatalogEntry } from "./error_catalog.ts";

const whatHappens: Readonly<Record<string, string>> = {
  transient: "Thrown by a handler, it makes its task try again.",
  permanent: "Thrown by a handler, it makes its task a dead letter at once: trying again cannot help.",
  outage: "Thrown by a handler, it makes its task try again; five in a row pause the sources until a probe succeeds.",
};

/** docs/errors.md. */
export function renderCatalog(entries: readonly CatalogEntry[]): string {
  return [
    "# Errors",
    "",
    "Every error that is thrown on purpose, by its code. Codes are stable; messages may be reworded. `…` stands for what",
    "the message fills in.",
    "",
    "Made from the sources by `scripts/errors_docs.ts`; do not edit it by hand.",
    "",
    ...Object.entries(whatHappens).map(([name, sentence]) => `- **${name}**: ${sentence}`),
    "",
    ...entries.flatMap(section),
  ].join("\n");
}

function section({ code, className, file, meaning, message, failureClass }: CatalogEntry): readonly string[] {
  return [
    `## ${code}`,
    "",
    ...(meaning === "" ? [] : [meaning, ""]),
    ...(message === undefined ? [] : [`> ${message}`, ""]),
    `${failureClass} · \`${className}\` in [${file}](../${file})`,
    "",
  ];
}
