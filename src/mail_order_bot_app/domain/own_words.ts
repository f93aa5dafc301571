/** A line of the mail's text with its number, counted from 1. */
export interface NumberedLine {
  readonly number: number;
  readonly text: string;
}

/** What the sender wrote now, without what they quote, forward or append to every mail. */
export interface OwnWords {
  readonly body: readonly NumberedLine[];
  /** After a closing such as "Kind regards": a name and a company mostly, but a postscript hides there too. */
  readonly afterClosing: readonly NumberedLine[];
  /** Something was forwarded, so that the order may stand in another person's words. */
  readonly forwarded: boolean;
  /** The text was longer than we read. */
  readonly cut: boolean;
}

const maxCharacters = 200_000;
const maxLines = 5_000;
const maxMarkerLength = 400;

const quoted = /^\s{0,20}>/;
const signature = /^--\s*$/;
const original =
  /^\s*-{2,}\s*(?:original message|original-nachricht|urspr.{1,3}ngliche nachricht|urspr.{1,3}ngliche mail)\s*-{2,}\s*$/i;
const forward =
  /^\s*(?:-{2,}\s*(?:forwarded message|weitergeleitete nachricht|forwarded by .{0,80})\s*-*|begin forwarded message:|anfang der weitergeleiteten (?:nachricht|e-mail):)\s*$/i;
const attributionStart = /^\s*(?:on|am)\s.{4,400}$/i;
const attributionEnd = /(?:wrote|schrieb(?:en)?\b.{0,120}):\s*$/i;
const headerBlockStart = /^\s*\*?(?:from|von):\*?\s+\S/i;
const headerBlockNext = /^\s*\*?(?:sent|gesendet|date|datum|to|an):\*?\s+\S/i;
const closing =
  /^\s*(?:(?:with )?(?:kind|best|warm|many)?\s*(?:regards|wishes)|kind regards|thanks(?: and regards)?|many thanks|thank you(?: very much)?|cheers|sincerely|yours (?:sincerely|faithfully|truly)|mfg|mit (?:freundlichen|besten|lieben|herzlichen) gr(?:ü|ue|\ufffd{1,2})(?:ß|ss|\ufffd{1,2})en|(?:viele|beste|liebe|freundliche|herzliche|sch(?:ö|oe)ne) gr(?:ü|ue|\ufffd{1,2})(?:ß|ss|\ufffd{1,2})e|vielen dank|danke(?: im voraus)?|hochachtungsvoll)\s*[,.!]?\s*$/i;

/** Splits a text into the sender's own words and the rest. */
export function ownWords(text: string): OwnWords {
  const cutAt = text.length > maxCharacters;
  const all = text.slice(0, maxCharacters).split(/\r\n|\n|\r/);
  const body: NumberedLine[] = [];
  const afterClosing: NumberedLine[] = [];
  let forwarded = false;
  let closed = false;
  for (let i = 0; i < Math.min(all.length, maxLines); i += 1) {
    const line = all[i] ?? "";
    if (quoted.test(line)) continue;
    if (line.length > maxMarkerLength) {
      // No marker is that long, and the expressions below are not made for a stranger's endless line.
      (closed ? afterClosing : body).push({ number: i + 1, text: line });
      continue;
    }
    if (signature.test(line)) break;
    if (forward.test(line)) forwarded = true;
    if (forwarded || original.test(line) || startsHeaderBlock(all, i)) break;
    const attribution = attributionLines(all, i);
    if (attribution > 0) {
      i += attribution - 1;
      if (nextIsQuoted(all, i + 1)) continue;
      break;
    }
    if (closing.test(line)) closed = true;
    else (closed ? afterClosing : body).push({ number: i + 1, text: line });
  }
  return { body, afterClosing, forwarded, cut: cutAt || all.length > maxLines };
}

/** Outlook puts no marks before what it quotes, only this block above it. */
function startsHeaderBlock(lines: readonly string[], at: number): boolean {
  return (
    headerBlockStart.test(lines[at] ?? "") && headerBlockNext.test((lines[at + 1] ?? "").slice(0, maxMarkerLength))
  );
}

/** How many lines "On Monday, … wrote:" takes, starting here: 0 if it does not. */
function attributionLines(lines: readonly string[], at: number): number {
  if (!attributionStart.test(lines[at] ?? "")) return 0;
  for (let count = 1; count <= 3; count += 1) {
    const line = lines[at + count - 1] ?? "";
    if (line.length > maxMarkerLength) return 0;
    if (attributionEnd.test(line)) return count;
    if (line.trim() === "") return 0;
  }
  return 0;
}

function nextIsQuoted(lines: readonly string[], from: number): boolean {
  const next = lines.slice(from, from + 3).find((line) => line.trim() !== "");
  return next !== undefined && quoted.test(next);
}
