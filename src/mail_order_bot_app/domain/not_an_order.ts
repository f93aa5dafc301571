import { quote } from "./extraction.ts";
import type { OwnWords } from "./own_words.ts";
import { type Reason, reason } from "./reason.ts";

const whole = (words: string) => new RegExp(`(?<!\\p{L})(?:${words})(?!\\p{L})`, "iu");

const change = whole(
  "cancel\\p{L}*|storn\\p{L}*|reklam\\p{L}*|complain\\p{L}*|amend\\p{L}*|correction|korrektur|korrig\\p{L}*|instead|anstatt|" +
    "anstelle|änder\\p{L}*|geändert\\p{L}*|changes?|changed|return(?:s|ed|ing)?|retoure\\p{L}*|zurück\\p{L}*|refund\\p{L}*|gutschrift|" +
    "damaged|defekt\\p{L}*|broken|wrong|falsch\\p{L}*",
);
const inquiry = whole(
  "quotes?|quotation|rfq|inquiry|enquiry|an offer|ein angebot|kostenvoranschlag|(?:preis)?anfrage|availab\\p{L}*|verfügbar\\p{L}*|" +
    "lieferbar|in stock|auf lager|how much|wie ?viel|was kostet|was kosten",
);

/** A list of goods can also be cancelled, complained about or asked about. Such words, here or in the subject, are doubts. */
export function doubtsAboutTheIntent(subject: string, words: OwnWords): readonly Reason[] {
  const texts = [subject, ...words.body.map((line) => line.text)].map((text) => text.slice(0, 2_000));
  const changing = texts.find((text) => change.test(text));
  const asking = texts.find((text) => inquiry.test(text));
  return [
    ...(changing === undefined
      ? []
      : [reason("change_request", `It may change or complain about an order: ${quote(changing)}.`)]),
    ...(asking === undefined ? [] : [reason("inquiry", `It may only ask: ${quote(asking)}.`)]),
  ];
}
