import { expect, test } from "vitest";
import { loadSampleMails } from "../../../src/mail_order_bot_app/infrastructure/sample_mails.ts";
import { openOrderDesk } from "../order_desk.ts";

/** What becomes of each sample when they come in one after the other: decision, the reasons, and what is owed. */
const expected = `
01_plain_english                    accept  all_lines_accepted                          1332.80
02_german_decimal_comma             accept  all_lines_accepted                           804.00
03_csv_semicolons                   accept  all_lines_accepted                          2269.50
04_csv_tabs_utf16                   accept  all_lines_accepted                          3682.80
05_alternative_html                 accept  all_lines_accepted                          6672.00
06_base64_body                      accept  all_lines_accepted                          1549.00
07_po_number                        accept  all_lines_accepted                          1817.00
08_po_number_again                  ignore  duplicate
09_po_number_amended                review  amendment
10_same_mail_over_a_second_way      ignore  duplicate
11_unknown_sender                   review  sender_unknown
12_forwarded                        review  forwarded
13_quoted_reply                     accept  all_lines_accepted                          2154.00
14_out_of_office                    ignore  automatic_mail
15_mailing_list                     ignore  automatic_mail
16_delivery_report                  ignore  automatic_mail
17_unknown_article                  accept  some_lines_accepted,line_unknown_sku         597.40
18_unknown_article_all_or_nothing   reject  line_unknown_sku
19_bad_quantity                     accept  some_lines_accepted,line_bad_quantity,line_bad_quantity   838.00
20_price_differs                    review  line_price_differs
21_backorder                        accept  some_lines_accepted,line_backorder         10190.00
22_empty_body                       review  nothing_ordered
23_html_only                        review  html_only
24_pdf_only                         review  attachment_not_read
25_undeclared_charset               accept  all_lines_accepted                          1307.00
26_huge_subject                     accept  all_lines_accepted                           231.20
27_in_a_sentence                    review  line_unclear
28_purchasing_system                review  automatic_mail,automatic_mail_with_order
`;

test("every sample mail is decided as a person would", async () => {
  const desk = await openOrderDesk();
  const decided: string[] = [];
  for (const { name, raw } of await loadSampleMails()) {
    const { decision } = await desk.handIn(raw, { taskId: name });
    const total = decision.kind === "accept" ? [(decision.order.total / 100).toFixed(2)] : [];
    decided.push([name, decision.kind, decision.reasons.map((reason) => reason.code), ...total].join(" "));
  }
  expect(decided).toEqual(
    expected
      .trim()
      .split("\n")
      .map((row) => row.replaceAll(/ +/g, " ")),
  );
});

test("each accepted or rejected sample is answered once, and nothing else is", async () => {
  const desk = await openOrderDesk();
  for (const { name, raw } of await loadSampleMails()) await desk.handIn(raw, { taskId: name });
  const answered = desk.book.committed.filter(({ reply }) => reply !== undefined).map(({ taskId }) => taskId);
  const due = desk.book.committed.filter(({ decision }) => decision.kind === "accept" || decision.kind === "reject");
  expect(answered).toEqual(due.map(({ taskId }) => taskId));
  expect(new Set(desk.book.outbox.map(({ messageId }) => messageId)).size).toBe(desk.book.outbox.length);
});

test("the samples are mails as they travel: lines end in CRLF and are not too long", async () => {
  for (const { name, raw } of await loadSampleMails()) {
    const text = Buffer.from(raw).toString("latin1");
    expect(text.replaceAll("\r\n", ""), name).not.toMatch(/[\r\n]/);
    expect(Math.max(...text.split("\r\n").map((line) => line.length)), name).toBeLessThanOrEqual(998);
  }
});
