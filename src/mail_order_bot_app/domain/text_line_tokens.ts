/** A word of a line and what it may be. */
export interface Token {
  readonly kind:
    | "word"
    | "number"
    | "unit"
    | "currency"
    | "price-mark"
    | "filler"
    | "negation"
    | "count-word"
    | "time"
    | "odd";
  readonly text: string;
}

const kindOfWord = new Map<string, Token["kind"]>();
const words = (kind: Token["kind"], list: string) => {
  for (const word of list.split(" ")) kindOfWord.set(word, kind);
};
words("unit", "x pcs pc piece pieces unit units ea each mal stk stück stueck stck st qty quantity menge anzahl");
words("currency", "€ eur euro");
words("price-mark", "@ à a je zu at for price preis ep einzelpreis stückpreis");
words(
  "filler",
  "of von the pos position artikel article art art.-nr artikelnr artikelnummer item sku nr no - – — : * • · = . ,",
);
words("filler", "please send us deliver ship supply we i our order need require want would like to and also plus with");
words(
  "filler",
  "bitte liefern senden schicken sie uns wir ich bestelle bestellen hiermit benötigen brauchen möchten gerne und auch noch",
);
words("negation", "not nicht kein keine without ohne except außer instead statt");
words(
  "count-word",
  "two three four five six seven eight nine ten eleven twelve dozen zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dutzend",
);
words("time", "minute minutes hour hours day days week weeks month months year years o'clock am pm uhr");
words("time", "stunde stunden tag tage tagen woche wochen monat monate monaten jahr jahre jahren");
words("time", "january february march april may june july august september october november december");
words(
  "time",
  "januar februar märz mai juni juli oktober dezember jan feb mar mär apr jun jul aug sep sept oct okt nov dec dez",
);

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
  const kind = kindOfWord.get(text.toLowerCase());
  return kind === "unit" || kind === "currency";
}

function kindOf(text: string): Token["kind"] {
  const lower = text.toLowerCase();
  const known = kindOfWord.get(lower) ?? kindOfWord.get(lower.replace(/\.$/, ""));
  if (known !== undefined) return known;
  if (/^-?\d[\d.,]{0,20}$/.test(text)) return "number";
  // Dimensions ("180x90", "75cm") describe the article.
  if (/^\d{1,4}(?:x\d{1,4}){0,2}(?:mm|cm|m)?$/i.test(text)) return "word";
  if (/^[\p{L}][\p{L}\p{M}'’.-]{0,30}$/u.test(text) || /^[A-Za-z]{2,6}[A-Za-z0-9._/-]{2,34}$/.test(text)) return "word";
  return "odd";
}
