import { expect, test } from "vitest";
import { emlFolderHealth, type FolderFlow } from "../../../src/adapters/eml_folder/eml_folder_health.ts";

const well: FolderFlow = {
  now: 100_000,
  startedAt: 0,
  lastLookAt: 99_000,
  promisedProofMs: 60_000,
  failure: undefined,
  trouble: undefined,
  refusal: undefined,
  setAside: 0,
  anAside: undefined,
};
const missing = { kind: "ENOENT", sentence: "It does not exist.", needsPerson: false };

test.each<[string, Partial<FolderFlow>, "pass" | "warn" | "fail", string | undefined]>([
  ["all well", {}, "pass", undefined],
  ["a drive that hangs", { lastLookAt: 30_000 }, "fail", "The directory has not answered for 70s"],
  ["a directory that is missing for a moment", { failure: missing }, "warn", "It does not exist."],
  ["a directory that is missing for long", { failure: missing, lastLookAt: 0 }, "fail", "It does not exist."],
  ["a person is needed", { failure: { ...missing, needsPerson: true } }, "fail", "It does not exist."],
  ["trouble of our own", { trouble: "The journal is full." }, "fail", "The journal is full."],
  ["files that cannot be moved", { refusal: "2 files stay." }, "warn", "2 files stay."],
  [
    "files that cannot be read",
    { setAside: 2, anAside: '"x": why' },
    "warn",
    '2 file(s) stay in new/ because no mail can be read from them, such as "x": why',
  ],
])("%s", (_, change, state, words) => {
  const finding = emlFolderHealth({ ...well, ...change });
  expect(finding.state).toBe(state);
  if (words === undefined) expect(finding.output).toBeUndefined();
  else expect(finding.output).toContain(words);
});
