import { expect, test } from "vitest";
import { IdMint } from "../../../src/app_runtime/tracing/id_mint.ts";
import { parseTraceparent } from "../../../src/app_runtime/tracing/traceparent.ts";

test("minted ids are valid and never repeat", () => {
  const mint = new IdMint();
  const seen = new Set<string>();
  for (let i = 0; i < 20_000; i++) {
    const parent = parseTraceparent(mint.newTraceparent());
    if (parent === undefined) throw new Error("invalid traceparent");
    seen.add(parent.traceId).add(parent.spanId).add(mint.newSpanId()).add(mint.newTraceId());
  }
  expect(seen.size).toBe(80_000);
});

test("two mints share no ids unless they share a seed", () => {
  const seed = Int32Array.of(1, 2, 3);
  expect(new IdMint(seed).newTraceparent()).toBe(new IdMint(seed).newTraceparent());
  expect(new IdMint().newTraceparent()).not.toBe(new IdMint().newTraceparent());
});

test("minted ids are valid even from a seed of zeros", () => {
  const mint = new IdMint(new Int32Array(3));
  expect(parseTraceparent(mint.newTraceparent())).toBeDefined();
});
