import { expect, test } from "vitest";
import { consequencesOf, type Relation } from "../../../src/app_runtime/processes/exit_propagation.ts";

const monitor: Relation = { kind: "monitor", watcher: "watcher" };
const link: Relation = { kind: "link", peer: "peer", trapsLinks: false };
const trap: Relation = { kind: "link", peer: "peer", trapsLinks: true };

/** Row 1.9, the matrix of ends. */
test.each([
  ["normal return", false, [monitor, link], ["exit watcher"]],
  ["error()", true, [monitor, link], ["exit watcher", "fail peer"]],
  ["error(), links trapped", true, [monitor, trap], ["exit watcher", "link_down peer"]],
  ["terminate", true, [monitor, trap], ["exit watcher", "link_down peer"]],
  ["cancel, then a clean return", false, [monitor, trap], ["exit watcher"]],
  ["cancel, then an error", true, [monitor, link], ["exit watcher", "fail peer"]],
  ["normal return, nobody watches", false, [], []],
  ["error(), linked alone", true, [link], ["fail peer"]],
  [
    "both monitored and linked by one: EXIT first",
    true,
    [trap, { ...monitor, watcher: "peer" }],
    ["exit peer", "link_down peer"],
  ],
] satisfies [string, boolean, Relation[], string[]][])("%s", (_, failed, relations, expected) => {
  expect(consequencesOf({ failed }, relations).map(({ kind, to }) => `${kind} ${to}`)).toEqual(expected);
});
