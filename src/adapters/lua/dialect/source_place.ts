/** Where in a source something stands. Lines and columns count from 1, columns in characters. */
export interface SourcePlace {
  readonly chunkName: string;
  readonly line: number;
  readonly column: number;
}

/** One line break as Lua counts it: two different characters in a row are one. */
const lineBreak = /\r\n|\n\r|\r|\n/g;

/** Walks the source from its start: for errors only. */
export function placeOf(chunkName: string, source: string, offset: number): SourcePlace {
  let line = 1;
  let lineStart = 0;
  for (const { 0: found, index } of source.slice(0, offset).matchAll(lineBreak)) {
    line++;
    lineStart = index + found.length;
  }
  return { chunkName, line, column: offset - lineStart + 1 };
}
