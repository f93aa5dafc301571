import { expect, test } from "vitest";
import {
  contentName,
  largeContentName,
  settledName,
  tagIn,
  tagOf,
  taskIdOf,
} from "../../../src/adapters/eml_folder/file_identity.ts";

const sha = "0123456789abcdef".repeat(4);
const tag = sha.slice(0, 16);

test("a task is named by its source and its content, not by its file", () => {
  expect(taskIdOf("inbox", contentName(sha))).toBe(`eml:inbox:${sha}`);
});

test("the tag of a settled file is the beginning of its content's hash, also of a large one", () => {
  const bytes = Buffer.from("an end");
  const large = largeContentName(1_000, bytes, bytes);
  expect(tagOf(taskIdOf("in:box", contentName(sha)))).toBe(tag);
  expect(tagOf(taskIdOf("inbox", large))).toBe(large.slice("large-".length, "large-".length + 16));
  expect(large).not.toBe(largeContentName(1_001, bytes, bytes));
});

test.each([
  ["order.eml", `order.${tag}.eml`],
  ["no extension", `no extension.${tag}`],
  ["1700000000.M1P2.host:2,S", `1700000000.M1P2.host:2,S.${tag}`],
  [".eml", `.${tag}.eml`],
])("%s is settled as %s, and moving it again keeps the name", (name, settled) => {
  expect(settledName(name, tag)).toBe(settled);
  expect(settledName(settled, tag)).toBe(settled);
  expect(tagIn(settled)).toBe(tag);
});

test("a long name is cut to what file systems take, between letters", () => {
  const settled = settledName(`${"ü".repeat(125)}.eml`, tag);
  expect(Buffer.byteLength(settled)).toBeLessThanOrEqual(255);
  expect(settled).toMatch(new RegExp(`^ü+\\.${tag}\\.eml$`));
});

test("a name without a tag has none", () => {
  expect(tagIn("order.eml")).toBeUndefined();
  expect(tagIn("order.0123.eml")).toBeUndefined();
});
