import { type Drill, type DrillFamily, type DrillResult, verdictOf } from "./drill.ts";

const maxSentences = 4;

interface Played {
  readonly drill: Drill;
  readonly result: DrillResult;
}

/** What a person reads: a row for each drill, then what was said and what was broken; of a family only what was broken or skipped. */
export function tableOf(played: readonly Played[]): string {
  const tables = Map.groupBy(played, ({ drill }) => drill.family);
  return [...tables].map(([family, members]) => `\n${rowsOf(family, members)}\n${storiesOf(family, members)}`).join("");
}

function rowsOf(family: DrillFamily | undefined, played: readonly Played[]): string {
  const columns = family?.columns ?? [];
  const header = [
    "drill",
    "accepted",
    "lost",
    "doubled",
    "confirmed twice",
    "recovery p50/max s",
    ...columns,
    "verdict",
  ];
  const rows = played.map(({ drill, result }) => [
    drill.name,
    String(result.accepted),
    String(result.lost),
    String(result.duplicatedEffects),
    String(result.duplicateConfirmations),
    result.recoveryS === undefined ? "-" : `${result.recoveryS.p50} / ${result.recoveryS.max}`,
    ...columns.map((name) => String(result.figures[name] ?? "-")),
    verdictOf(result),
  ]);
  return aligned([header, ...(family === undefined ? rows : rows.toSorted(byName))]);
}

function byName([one = ""]: readonly string[], [other = ""]: readonly string[]): number {
  return one.localeCompare(other);
}

function storiesOf(family: DrillFamily | undefined, played: readonly Played[]): string {
  const told = family === undefined ? played : played.filter(({ result }) => verdictOf(result) !== "ok");
  return told.map(({ drill, result }) => story(drill, result)).join("");
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")).join("\n");
}

function story(drill: Drill, { said, figures, broken, skipped }: DrillResult): string {
  const counted = Object.entries(figures).map(([name, figure]) => `${name} ${figure}`);
  return [
    `\n${drill.name}${counted.length === 0 ? "" : ` (${counted.join(", ")})`}`,
    ...(skipped === undefined ? [] : [`  skipped  ${skipped}`]),
    ...broken.map((reason) => `  BROKEN   ${reason}`),
    ...sentences("/health", said.health),
    ...sentences("/status", said.status),
    ...sentences("log", said.log),
    "",
  ].join("\n");
}

function sentences(where: string, said: readonly string[]): readonly string[] {
  const more = said.length > maxSentences ? [`  ${where.padEnd(8)} ... and ${said.length - maxSentences} more`] : [];
  return [...said.slice(0, maxSentences).map((sentence) => `  ${where.padEnd(8)} ${sentence}`), ...more];
}
