import { looksLikeSku, mentionsSku, type Sku, toSku } from "./article.ts";
import { type Cents, type QuantityReading, readMoney, readQuantity } from "./numbers.ts";
import { type Token, tokenize } from "./text_line_tokens.ts";
import { mayCount } from "./text_line_words.ts";

/** What one line of a mail's text says. `unclear`: it may be about an order, but we would be guessing. */
export type TextLine =
  | { readonly kind: "order"; readonly sku: Sku; readonly quantity: QuantityReading; readonly unitPrice?: Cents }
  | { readonly kind: "unclear" }
  | { readonly kind: "prose" };

const unclear: TextLine = { kind: "unclear" };
const prose: TextLine = { kind: "prose" };

const maxLineLength = 300;
/** More words than a description has make the line a sentence. */
const maxDescriptionWords = 6;

/**
 * Reads one line by the grammar `SKU qty [price]`, `qty x SKU [price]` or `SKU;qty;price`, with a few polite words before and
 * a short description between. A line that names an article but does not fit is unclear, never prose.
 */
export function readTextLine(line: string, decimalComma: boolean): TextLine {
  // Most lines of a mail order nothing, and this is cheaper than taking them apart.
  if (!mayCount(line)) return prose;
  if (line.length > maxLineLength) return mentionsSku(line) ? unclear : prose;
  const tokens = tokenize(line);
  const articles = tokens.filter((token) => token.kind === "word" && looksLikeSku(token.text));
  const [article, ...others] = articles;
  if (article === undefined) return mentionsSku(line) || countsSomething(tokens) ? unclear : prose;
  if (others.length > 0 || line.includes("?") || !readsLikeAList(tokens, article)) return unclear;
  return readNumbers(tokens, article, decimalComma);
}

/** An order line begins with its article or its quantity, and what else stands in it is a description. */
function readsLikeAList(tokens: readonly Token[], article: Token): boolean {
  const first = tokens.find((token) => token.kind !== "filler" && token.kind !== "unit");
  const words = tokens.filter((token) => token.kind === "word" && token !== article);
  const strange = tokens.some(({ kind }) => kind === "odd" || kind === "sentence" || kind === "count-word");
  return !strange && (first === article || first?.kind === "number") && words.length <= maxDescriptionWords;
}

function readNumbers(tokens: readonly Token[], article: Token, decimalComma: boolean): TextLine {
  const priced = tokens.filter((token, i) => token.kind === "number" && isPrice(tokens, i));
  const plain = tokens.filter((token, i) => token.kind === "number" && !isPrice(tokens, i));
  const [quantityToken, second, ...more] = plain;
  if (quantityToken === undefined || more.length > 0 || priced.length + plain.length > 2) return unclear;
  // Two bare numbers are quantity and price only in that order, behind the article.
  if (second !== undefined && tokens.indexOf(quantityToken) < tokens.indexOf(article)) return unclear;
  // A lone number with two decimals is a price rather than a count of chairs.
  if (second === undefined && priced.length === 0 && /[.,]\d\d$/.test(quantityToken.text)) return unclear;
  const quantity = readQuantity(quantityToken.text, decimalComma);
  if (quantity.kind === "unreadable") return unclear;
  const sku = toSku(article.text);
  const priceToken = second ?? priced[0];
  if (priceToken === undefined) return { kind: "order", sku, quantity };
  const unitPrice = readMoney(priceToken.text, decimalComma);
  return unitPrice === undefined ? unclear : { kind: "order", sku, quantity, unitPrice };
}

function isPrice(tokens: readonly Token[], at: number): boolean {
  if (tokens[at - 1]?.kind === "price-mark") return true;
  if (tokens[at - 1]?.kind === "currency") return ownsTheCurrency(tokens[at], tokens[at - 2]);
  return tokens[at + 1]?.kind === "currency" && ownsTheCurrency(tokens[at], tokens[at + 2]);
}

/** In "4 € 49.90" the sign belongs to the number with decimals; if that does not tell, both look like prices. */
function ownsTheCurrency(number: Token | undefined, rival: Token | undefined): boolean {
  return rival?.kind !== "number" || hasDecimals(number) || !hasDecimals(rival);
}

function hasDecimals(number: Token | undefined): boolean {
  return /[.,]\d{1,2}$/.test(number?.text ?? "");
}

/** "5 chairs as usual", "two more, please", "3 pcs of the small one": somebody orders, but we cannot tell what. */
function countsSomething(tokens: readonly Token[]): boolean {
  if (tokens[0]?.kind === "word" && /^(?:total|sum|summe|gesamt)/i.test(tokens[0].text)) return false;
  return tokens.some((token, i) => {
    const next = tokens[i + 1];
    if (token.kind === "count-word") return next?.kind !== "time";
    if (token.kind !== "number") return false;
    if (next?.kind === "unit") return true;
    return i === 0 && next?.kind === "word" && /^\d{1,4}$/.test(token.text) && !endsLikeAStreet(tokens);
  });
}

function endsLikeAStreet(tokens: readonly Token[]): boolean {
  return /^(?:road|rd|street|st|lane|ln|avenue|ave|way|drive|close|square|place|court|park|house|quay)$/i.test(
    tokens.at(-1)?.text ?? "",
  );
}
