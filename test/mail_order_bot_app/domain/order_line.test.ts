import { describe, expect, test } from "vitest";
import type { Article, Sku } from "../../../src/mail_order_bot_app/domain/article.ts";
import type { RequestedLine } from "../../../src/mail_order_bot_app/domain/extraction.ts";
import type { Cents, QuantityReading } from "../../../src/mail_order_bot_app/domain/numbers.ts";
import { fingerprintOf, totalOf } from "../../../src/mail_order_bot_app/domain/order.ts";
import { judgeLines } from "../../../src/mail_order_bot_app/domain/order_line.ts";

const chair: Article = { sku: "CH-1001" as Sku, name: "Chair", unitPrice: 5_000 as Cents, stock: 10, packSize: 2 };
const articles = new Map([[chair.sku, chair]]);
const rules = { maxQuantity: 100, priceTolerance: 200 };

function line(quantity: number | QuantityReading, unitPrice?: number, sku = "CH-1001"): RequestedLine {
  return {
    origin: "text line 1",
    sku: sku as Sku,
    quantity: typeof quantity === "number" ? { kind: "whole", value: quantity } : quantity,
    ...(unitPrice !== undefined && { unitPrice: unitPrice as Cents }),
  };
}
const states = (...lines: readonly RequestedLine[]) => judgeLines(lines, articles, rules).map((judged) => judged.state);

describe("a line becomes", () => {
  test("accepted when all is well", () => expect(states(line(4))).toEqual([{ kind: "accepted" }]));

  test("unknown when the catalogue does not have it", () => {
    expect(states(line(4, undefined, "XX-9999"))).toEqual([{ kind: "unknown_sku" }]);
  });

  test.each([
    [0, "not-positive"],
    [-2, "not-positive"],
    [102, "too-many"],
    [3, "not-in-packs"],
  ])("a bad quantity with %i pieces: %s", (quantity, why) => {
    expect(states(line(quantity))).toEqual([{ kind: "bad_quantity", why, packSize: 2 }]);
  });

  test("a bad quantity with half a piece", () => {
    expect(states(line({ kind: "not-whole", text: "2.5" }))).toMatchObject([{ why: "not-whole" }]);
  });

  test.each([5_100, 4_900, 5_000])("accepted at %i cents, within 2 % of 5000", (price) => {
    expect(states(line(2, price))).toEqual([{ kind: "accepted" }]);
  });

  test.each([5_101, 4_899, 0])("a different price at %i cents", (price) => {
    expect(states(line(2, price))).toEqual([{ kind: "price_differs", ourPrice: 5_000 }]);
  });

  test("a backorder when the stock does not last, counting the lines before it", () => {
    expect(states(line(12))).toEqual([{ kind: "backorder", available: 10 }]);
    expect(states(line(8), line(4))).toEqual([{ kind: "accepted" }, { kind: "backorder", available: 2 }]);
  });
});

test("the total counts what is delivered now or later, at our price", () => {
  const lines = judgeLines([line(4, 5_100), line(12), line(3), line(2, undefined, "XX-9999")], articles, rules);
  expect(totalOf(lines)).toBe(16 * 5_000);
});

test("a fingerprint does not depend on the order of the lines, but on everything they say", () => {
  const one = [line(4), line(2, 5_000, "XX-9999")];
  expect(fingerprintOf(one)).toBe(fingerprintOf([...one].reverse()));
  const others = [[line(5), line(2, 5_000, "XX-9999")], [line(4), line(2, undefined, "XX-9999")], [line(4)]];
  expect(new Set([one, ...others].map(fingerprintOf)).size).toBe(4);
});
