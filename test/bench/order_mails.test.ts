import { expect, test } from "vitest";
import { orderMail } from "../../bench/order_mails.ts";

test("a thousand mails are a thousand orders of a hundred senders, of the size of real ones", () => {
  const mails = Array.from({ length: 1000 }, (_, n) => orderMail(n));
  const found = (pattern: RegExp) => new Set(mails.map((mail) => pattern.exec(mail)?.[1]));

  expect(found(/^Message-ID: <(.+)>/m).size).toBe(1000);
  expect(found(/^Subject: .*PO (\d+)/m).size).toBe(1000);
  expect(found(/^From: .*<(.+)>/m).size).toBe(100);
  const bytes = mails.reduce((sum, mail) => sum + Buffer.byteLength(mail), 0) / mails.length;
  expect(bytes).toBeGreaterThan(1200);
  expect(bytes).toBeLessThan(1600);
});
