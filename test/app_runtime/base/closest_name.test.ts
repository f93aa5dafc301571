import { expect, test } from "vitest";

import { closestName, didYouMean, editDistance } from "../../../src/app_runtime/base/closest_name.ts";

test("one edit is an insertion, a deletion, a replacement or a swap of neighbours", () => {
  const distance = (a: string, b: string) => editDistance(a, b, 99);

  expect(distance("queue", "queue")).toBe(0);
  expect(distance("queue", "queues")).toBe(1);
  expect(distance("queue", "quue")).toBe(1);
  expect(distance("queue", "quexe")).toBe(1);
  expect(distance("queue", "qeuue")).toBe(1);
  expect(distance("", "abc")).toBe(3);
  expect(distance("kitten", "sitting")).toBe(3);
  expect(editDistance("kitten", "sitting", 2)).toBe(2);
});

test("habits of spelling do not count, wild guesses are not made", () => {
  const keys = ["pollInterval", "password", "host", "port"];

  expect(closestName("poll_interval", keys)).toBe("pollInterval");
  expect(closestName("PASSWORT", keys)).toBe("password");
  expect(closestName("prot", keys)).toBe("port");
  expect(closestName("x", keys)).toBeUndefined();
  expect(closestName("concurrency", keys)).toBeUndefined();
});

test("without a close name the known ones are listed, if they are few", () => {
  expect(didYouMean("zzz", ["b", "aaaa"])).toBe("Known: aaaa, b.");
  expect(didYouMean("zzz", [])).toBeUndefined();
  expect(
    didYouMean(
      "zzz",
      Array.from({ length: 20 }, (_, i) => `name${i}`),
    ),
  ).toMatch(/and 8 more\.$/);
});
