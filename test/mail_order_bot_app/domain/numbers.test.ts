import { describe, expect, test } from "vitest";
import { type Cents, formatMoney, readMoney, readQuantity } from "../../../src/mail_order_bot_app/domain/numbers.ts";

describe("an amount of money", () => {
  test.each([
    ["49.90", 4990],
    ["49.9", 4990],
    ["12", 1200],
    ["1,234.50", 123450],
    ["0.01", 1],
  ])("%s is read with a decimal point", (text, cents) => expect(readMoney(text, false)).toBe(cents));

  test.each([
    ["49,90", 4990],
    ["1.234,50", 123450],
    ["1.234", 123400],
    ["12", 1200],
  ])("%s is read with a decimal comma", (text, cents) => expect(readMoney(text, true)).toBe(cents));

  test.each(["1,50", "12,34.5", "1,2345", "", "-1", "1.234", "1e3", "0x10", "١٢", "9".repeat(40)])(
    "%s is not guessed at with a decimal point",
    (text) => expect(readMoney(text, false)).toBeUndefined(),
  );

  test.each(["49.90", "1,2,3", "1.23.456,7"])("%s is not guessed at with a decimal comma", (text) =>
    expect(readMoney(text, true)).toBeUndefined(),
  );

  test("is exact where floating point is not", () => {
    expect(readMoney("0.29", false)).toBe(29);
    expect(readMoney("1.15", false)).toBe(115);
    expect(readMoney("4.35", false)).toBe(435);
  });

  test("reads back as it was written", () => {
    for (const cents of [0, 1, 9, 10, 99, 100, 101, 123456] as Cents[]) {
      expect(readMoney(formatMoney(cents, false).replace(" EUR", ""), false)).toBe(cents);
      expect(readMoney(formatMoney(cents, true).replace(" EUR", ""), true)).toBe(cents);
    }
  });
});

describe("a quantity", () => {
  test.each([
    ["12", false, 12],
    ["12.00", false, 12],
    ["1,000", false, 1000],
    ["1.000", true, 1000],
    ["12,0", true, 12],
    ["0", false, 0],
    ["-5", false, -5],
  ])("%s (comma: %s) is whole", (text, comma, value) => {
    expect(readQuantity(text, comma)).toEqual({ kind: "whole", value });
  });

  test.each([
    ["2.5", false],
    ["2,5", true],
  ])("%s (comma: %s) is not whole", (text, comma) => expect(readQuantity(text, comma).kind).toBe("not-whole"));

  test.each([
    ["1.000", false],
    ["1,000", true],
    ["2,5", false],
    ["ten", false],
    ["", true],
  ])("%s (comma: %s) is unreadable rather than guessed at", (text, comma) => {
    expect(readQuantity(text, comma).kind).toBe("unreadable");
  });
});
