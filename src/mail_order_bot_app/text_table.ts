/** One column: how wide it may get, in characters. */
export interface Column {
  readonly title: string;
  readonly maxWidth: number;
}

/** A table for a terminal: columns as wide as needed, long cells cut with an ellipsis. */
export function textTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell, index) => cut(cell, columns[index]?.maxWidth ?? 0)));
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...cells.map((row) => row[index]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "─".repeat(width));
  return [line(columns.map(({ title }) => title)), line(rule), ...cells.map(line)].join("\n");
}

function cut(text: string, width: number): string {
  const flat = text.replaceAll(/\s+/g, " ");
  return flat.length <= width ? flat : `${flat.slice(0, width - 1)}…`;
}
