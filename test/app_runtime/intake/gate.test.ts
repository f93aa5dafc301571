import { expect, test } from "vitest";
import { Gate } from "../../../src/app_runtime/intake/gate.ts";

test("an open gate lets work through at once, until it closes", async () => {
  const gate = new Gate();
  const open = await gate.passed();
  expect(open.aborted).toBe(false);
  gate.close();
  expect(open.aborted).toBe(true);
  expect(gate.isOpen).toBe(false);
});

test("work waits at a closed gate for its opening", async () => {
  const gate = new Gate();
  gate.close();
  const waiting = gate.passed();
  gate.open();
  expect((await waiting).aborted).toBe(false);
});

test("a gate that was shut does not open again", () => {
  const gate = new Gate();
  gate.shutForGood();
  gate.open();
  expect(gate.isOpen).toBe(false);
  expect(gate.shut.aborted).toBe(true);
});
