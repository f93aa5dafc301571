import { expect, test } from "vitest";
import { doubtsAboutTheIntent } from "../../../src/mail_order_bot_app/domain/not_an_order.ts";
import { ownWords } from "../../../src/mail_order_bot_app/domain/own_words.ts";

const codes = (subject: string, text: string) => doubtsAboutTheIntent(subject, ownWords(text)).map(({ code }) => code);

test.each([
  ["change_request", "please cancel my order"],
  ["change_request", "Cancellation of PO 4711"],
  ["change_request", "CH-1001 4 instead"],
  ["change_request", "Bitte stornieren Sie die letzte Bestellung."],
  ["change_request", "the last ones came damaged, so again"],
  ["change_request", "Änderung zur Bestellung"],
  ["inquiry", "please send us a quotation"],
  ["inquiry", "Could you make an offer for these?"],
  ["inquiry", "Preisanfrage"],
  ["inquiry", "Are these available?"],
  ["inquiry", "Was kosten vier Stück?"],
])("%s is suspected in %j, whether it stands in the text or in the subject", (code, text) => {
  expect(codes("Chairs", `Hello,\n${text}\nCH-1001 4`)).toEqual([code]);
  expect(codes(text, "CH-1001 4")).toEqual([code]);
});

test.each([
  "Order PO 4711",
  "thank you for the offer. We take:",
  "Changeover chairs",
  "Wir bestellen laut Angebot",
  "",
])("nothing is suspected in %j", (text) => expect(codes(text, text)).toEqual([]));

test("what is quoted was said before, and does not count", () => {
  expect(codes("Re: chairs", "CH-1001 4\n> please cancel the quotation")).toEqual([]);
});
