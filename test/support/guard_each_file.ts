import { afterAll, beforeAll } from "vitest";
import { activeResources, expectNothingNewSince } from "./leak_guard.ts";

/** Loaded by vitest before each test file: what a file starts, it must have stopped at its end. */
let before: ReadonlyMap<string, number> = new Map();

beforeAll(() => {
  void [process.stdin, process.stdout, process.stderr]; // open on first use, and stay open
  before = activeResources();
});

afterAll(() => expectNothingNewSince(before, "this file"));
