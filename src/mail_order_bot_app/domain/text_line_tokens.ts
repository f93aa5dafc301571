import { type WordKind, wordKind } from "./text_line_words.ts";

/** A word of a line and what it may be; `odd` is what no order line has. */
export interface Token {
  readonly kind: WordKind | "word" | "number" | "odd";
  readonly text: string;
}

/** Splits a line into words, numbers and signs. Linear in the length of the line. */
export function tokenize(line: string): readonly Token[] {
  return spaced(line)
    .split(" ")
    .map((piece) => piece.replace(/^[("'„“]+/, "").replace(/[)"'“”:,!?]+$/, ""))
    .filter((piece) => piece !== "")
    .flatMap(splitGluedUnit)
    .map((text) => ({ kind: kindOf(text), text }));
}

/** Signs that separate become spaces, and signs that stick to a number get their own. */
function spaced(line: string): string {
  return line
    .replace(/^\s{0,40}(?:[-*•·–]\s+|\(?\d{1,3}[.)]\s+(?=\S))/, "")
    .replaceAll(/[×✕]/g, "x")
    .replaceAll(/€/g, " € ")
    .replaceAll(/[;|\t\u00a0\u202f\s]+/g, " ")
    .trim();
}

/** "4x", "12Stk" and "x4" are a number and a unit; "4xCH-1001" is a number, a unit and an article. */
function splitGluedUnit(piece: string): readonly string[] {
  const behind = /^(-?\d[\d.,]{0,14})(\p{L}{1,6})\.?$/u.exec(piece);
  if (behind?.[1] !== undefined && behind[2] !== undefined && isUnit(behind[2])) return [behind[1], behind[2]];
  const before = /^(x)(\d{1,9})$/i.exec(piece);
  if (before?.[2] !== undefined) return ["x", before[2]];
  const between = /^(\d{1,9})x([A-Za-z]{2,6}[-_/.]?\d{2,8}.{0,30})$/i.exec(piece);
  return between?.[1] !== undefined && between[2] !== undefined ? [between[1], "x", between[2]] : [piece];
}

function isUnit(text: string): boolean {
  const kind = wordKind(text);
  return kind === "unit" || kind === "currency";
}

function kindOf(text: string): Token["kind"] {
  const known = wordKind(text);
  if (known !== undefined) return known;
  if (/^-?\d[\d.,]{0,20}$/.test(text)) return "number";
  // Dimensions ("180x90", "75cm") describe the article.
  if (/^\d{1,4}(?:x\d{1,4}){0,2}(?:mm|cm|m)?$/i.test(text)) return "word";
  if (/^[\p{L}][\p{L}\p{M}'’.-]{0,30}$/u.test(text) || /^[A-Za-z]{2,6}[A-Za-z0-9._/-]{2,34}$/.test(text)) return "word";
  return "odd";
}
