/** Candidates, the surest first: a comma also stands in "1,50". */
const candidates = ["\t", ";", "|", ","] as const;

const sampleLines = 30;

/**
 * The delimiter of a CSV text. One that stands equally often in every line wins, in the order above; a `sep=` line, as Excel
 * writes it, decides alone. Undefined for a text of a single column.
 */
export function sniffDelimiter(text: string): string | undefined {
  const declared = /^\ufeff?sep=([;,|\t])\r?\n/i.exec(text.slice(0, 20))?.[1];
  if (declared !== undefined) return declared;
  const lines = text
    .slice(0, 50_000)
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== "")
    .slice(0, sampleLines);
  const counts = candidates.map((delimiter) => lines.map((line) => countOutsideQuotes(line, delimiter)));
  const steady = counts.findIndex((perLine) => perLine.length > 0 && perLine.every((n) => n > 0 && n === perLine[0]));
  return candidates[steady >= 0 ? steady : mostCommon(counts)];
}

/** Not steady (a letterhead above, a total below): the one that most lines have, among them the one they have most often. */
function mostCommon(counts: readonly (readonly number[])[]): number {
  const scores = counts.map((perLine) => {
    const present = perLine.filter((n) => n > 0).length;
    return present === 0 ? 0 : present * 1_000 + Math.max(...perLine);
  });
  const best = Math.max(...scores);
  return best === 0 ? -1 : scores.indexOf(best);
}

function countOutsideQuotes(line: string, delimiter: string): number {
  let count = 0;
  let quoted = false;
  for (const character of line) {
    if (character === '"') quoted = !quoted;
    else if (!quoted && character === delimiter) count += 1;
  }
  return count;
}
