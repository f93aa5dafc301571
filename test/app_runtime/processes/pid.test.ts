import { expect, test } from "vitest";
import { formatPid, isSamePid, parsePid } from "../../../src/app_runtime/processes/pid.ts";

test.each([
  ["{host1|app:worker|0x00001}", { node: "", host: "host1", entry: "app:worker", number: 1 }],
  ["{node1@host1|system:logger|0x0ab12f}", { node: "node1", host: "host1", entry: "system:logger", number: 0xab12f }],
  ["{app:processes|0x00001}", { node: "", host: "app:processes", entry: "", number: 1 }],
  ["{n@app:processes|0x1fffffffffffff}", { node: "n", host: "app:processes", entry: "", number: 2 ** 53 - 1 }],
])("%s is read (row 1.4 PID text)", (text, pid) => {
  expect(parsePid(text)).toEqual(pid);
});

test.each([
  "",
  "{}",
  "worker1",
  "{host|app:worker|1}",
  "{host|app:worker|0x}",
  "{host|0x1",
  "{|0x1}",
  "{host|0xffffffffffffffff}",
])("%s is no PID", (text) => expect(parsePid(text)).toBeUndefined());

test.each([
  [1, "0x00001"],
  [0xfffff, "0xfffff"],
  [0x100000, "0x100000"],
  [0x1000000, "0x01000000"],
  [2 ** 32, "0x0000000100000000"],
])("the number %i is written with 5, 6, 8 or 16 digits", (number, digits) => {
  const pid = { node: "n", host: "h", entry: "app:a", number };
  expect(formatPid(pid, "long")).toBe(`{n@h|app:a|${digits}}`);
  expect(formatPid(pid, "short")).toBe(`{n@h|${digits}}`);
});

test("the long and the short form name the same process; another host or node does not", () => {
  const pid = { node: "n", host: "h", entry: "app:a", number: 7 };
  expect(isSamePid(pid, { ...pid, entry: "" })).toBe(true);
  expect(isSamePid(pid, { ...pid, host: "other" })).toBe(false);
  expect(isSamePid(pid, { ...pid, node: "" })).toBe(false);
});
