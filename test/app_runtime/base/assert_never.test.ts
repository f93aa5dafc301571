import { expect, test } from "vitest";
import { assertNever } from "../../../src/app_runtime/base/assert_never.ts";

test("a value the types forbid fails loudly", () => {
  expect(() => assertNever({ kind: "surprise" } as never)).toThrow('Impossible value: {"kind":"surprise"}');
});
