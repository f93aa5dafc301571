import { expect, test } from "vitest";
import type { TaskDraft } from "../../../src/app_runtime/contracts/task.ts";
import { TaskInvalidError } from "../../../src/app_runtime/contracts/task_errors.ts";
import { checkDraft, maxPayloadBytes } from "../../../src/app_runtime/queue/check_draft.ts";

const sound: TaskDraft = { id: "a", kind: "mail.received", payload: { subject: "12 chairs" } };
const draft = (changes: object) => ({ ...sound, ...changes }) as TaskDraft;

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}

test.each([
  ["null", { payload: null }],
  ["an object without prototype", { payload: Object.assign(Object.create(null), { a: 1 }) }],
  ["an absent field", { payload: { a: undefined } }],
  ["32 levels", { payload: nested(32) }],
  ["an id of 512 characters", { id: "x".repeat(512) }],
  ["the lowest priority", { priority: -100 }],
  ["a time", { notBefore: Date.UTC(2026, 0, 1) }],
  ["the whole megabyte", { payload: "x".repeat(maxPayloadBytes - 2) }],
  ["the whole megabyte in digits", { payload: Array.from({ length: maxPayloadBytes / 2 - 1 }, () => 1) }],
])("accepted: %s", (_case, changes) => {
  expect(() => checkDraft(draft(changes))).not.toThrow();
});

const circle: { self?: unknown } = {};
circle.self = circle;

test.each([
  ["no id", { id: "" }, /1 to 512 characters/],
  ["a long id", { id: "x".repeat(513) }, /got 513/],
  ["no kind", { kind: "" }, /has no kind/],
  ["a priority beyond the limit", { priority: 101 }, /-100 to 100, got 101/],
  ["half a priority", { priority: 0.5 }, /whole number/],
  ["a time that is none", { notBefore: Number.NaN }, /notBefore must be/],
  ["a time without end", { notBefore: Number.POSITIVE_INFINITY }, /notBefore must be/],
  ["a payload over the limit", { payload: "x".repeat(maxPayloadBytes - 1) }, /BlobStore/],
  ["digits over the limit", { payload: Array.from({ length: maxPayloadBytes / 2 }, () => 1) }, /BlobStore/],
  ["what is no JSON behind half a megabyte of digits", { payload: [...Array(250_000).fill(1), 1n] }, /a bigint/],
  ["many small things over the limit", { payload: Array.from({ length: 200_000 }, () => ({ a: 1 })) }, /BlobStore/],
  ["a megabyte of wide characters", { payload: "椅".repeat(400_000) }, /BlobStore/],
  ["NaN", { payload: { pieces: Number.NaN } }, /holds NaN/],
  ["a date", { payload: { at: new Date(0) } }, /class Date/],
  ["a map", { payload: new Map() }, /class Map/],
  ["a function", { payload: { call: () => {} } }, /a function/],
  ["a bigint", { payload: 1n }, /a bigint/],
  ["a circle", { payload: circle }, /32 levels, or a circle/],
  ["33 levels", { payload: nested(33) }, /32 levels/],
])("refused: %s", (_case, changes, words) => {
  expect(() => checkDraft(draft(changes))).toThrow(TaskInvalidError);
  expect(() => checkDraft(draft(changes))).toThrow(words);
});
