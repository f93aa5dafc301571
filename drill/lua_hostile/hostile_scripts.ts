import { readdirSync, readFileSync } from "node:fs";

export interface HostileScript {
  readonly name: string;
  readonly source: string;
  /** What it ends with, by itself; undefined: it goes on for ever, and has to leave the others their share. */
  readonly endsWith: RegExp | undefined;
}

const folder = new URL("./scripts/", import.meta.url);
const begins = /^--@ (script|child) (\S+)(?: (held|ends (.+)))?\n/gm;

/** All scripts of scripts/; each part of a file begins with `--@ script NAME held` or `--@ script NAME ends PATTERN`. */
export const hostileScripts: readonly HostileScript[] = partsOf("script").map(({ name, source, pattern }) => ({
  name,
  source: `return function(NEIGHBOUR)\n${source}\nend`,
  endsWith: pattern === undefined ? undefined : new RegExp(pattern),
}));

/** Entries that they start. */
export const children = partsOf("child");

function partsOf(kind: "script" | "child") {
  return readdirSync(folder).flatMap((file) => {
    const text = readFileSync(new URL(file, folder), "utf8");
    const found = [...text.matchAll(begins)];
    return found
      .map((match, n) => ({ match, source: text.slice(match.index + match[0].length, found[n + 1]?.index) }))
      .filter(({ match }) => match[1] === kind)
      .map(({ match, source }) => ({ name: String(match[2]), source, pattern: match[4] }));
  });
}
