/** What a known word, in lower case, does in an order line. */
export type WordKind =
  | "unit"
  | "currency"
  | "price-mark"
  /** Says nothing: politeness and headings. */
  | "filler"
  /** Makes something else out of what might have been a list: "the 4 CH-1001 have not arrived", "2 boxes CH-1001", "49.90 GBP". */
  | "sentence"
  | "count-word"
  /** A number before it counts time, not goods. */
  | "time";

const vocabulary: readonly (readonly [WordKind, string])[] = [
  ["unit", "x pcs pc piece pieces unit units ea each qty quantity"],
  ["unit", "mal stk stück stueck stck st menge anzahl"],
  ["currency", "€ eur euro"],
  ["price-mark", "@ à a at for price je zu preis ep einzelpreis stückpreis"],
  [
    "filler",
    "please send us deliver ship supply we i our order need require want would like take to also plus and with",
  ],
  ["filler", "bitte liefern senden schicken sie uns wir ich bestelle bestellen hiermit benötigen brauchen nehmen"],
  ["filler", "möchten hätten gerne gern und auch noch mit von"],
  ["filler", "of the item article art no pos sku position artikel art.-nr artikelnr artikelnummer nr"],
  ["filler", "- – — : * • · = . ,"],
  ["sentence", "not without except instead are is was were has have had will can could should might do does did"],
  ["sentence", "how what when where why if but ordered got received arrived missing late last yesterday today than"],
  ["sentence", "nicht kein keine ohne außer statt ist sind war waren hat haben hatte hatten wird werden kann können"],
  ["sentence", "soll sollen wie was wann wo warum wenn aber bestellt erhalten angekommen fehlt fehlen letzte letzten"],
  ["sentence", "pack packs package packages box boxes carton cartons set sets pair pairs pallet pallets case cases"],
  ["sentence", "packung packungen karton kartons paar palette paletten kiste kisten ve"],
  ["sentence", "gestern heute als vor nach before after"],
  ["sentence", "usd gbp chf sek nok dkk pln czk jpy cny dollar dollars pound pounds franken"],
  ["count-word", "two three four five six seven eight nine ten eleven twelve dozen"],
  ["count-word", "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dutzend"],
  ["time", "minute minutes hour hours day days week weeks month months year years o'clock am pm"],
  ["time", "uhr stunde stunden tag tage tagen woche wochen monat monate monaten jahr jahre jahren"],
  ["time", "january february march april may june july august september october november december"],
  [
    "time",
    "jan feb mar apr jun jul aug sep sept oct nov dec januar februar märz mär mai juni juli okt oktober dez dezember",
  ],
];

const kinds = new Map(vocabulary.flatMap(([kind, list]) => list.split(" ").map((word) => [word, kind] as const)));

/** What a word does, in whatever case and with or without its full stop; undefined for a word that is not known. */
export function wordKind(text: string): WordKind | undefined {
  const lower = text.toLowerCase();
  return kinds.get(lower) ?? (lower.endsWith(".") ? kinds.get(lower.slice(0, -1)) : undefined);
}

const countWords = vocabulary.flatMap(([kind, list]) => (kind === "count-word" ? list.split(" ") : []));
const countWord = new RegExp(countWords.join("|"), "i");

/** Whether a text may count something: with a digit, or with a word for a number, be it a part of another word. */
export function mayCount(text: string): boolean {
  return /\d/.test(text) || countWord.test(text);
}
