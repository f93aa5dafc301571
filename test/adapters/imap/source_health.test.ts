import { expect, test } from "vitest";
import { imapFailure } from "../../../src/adapters/imap/imap_failure.ts";
import { type SourceFlow, sourceHealth } from "../../../src/adapters/imap/source_health.ts";

const place = { host: "mail.example", port: 993, security: "tls", user: "u", folder: "INBOX" } as const;
const down = imapFailure({ code: "ECONNREFUSED", message: "refused" }, place);
const wrongPassword = imapFailure({ authenticationFailed: true }, place);
const well: SourceFlow = {
  now: 100_000,
  startedAt: 0,
  lastProofAt: 99_000,
  promisedProofMs: 10_000,
  failure: undefined,
  trouble: undefined,
  deaf: false,
  unmarked: 0,
  unmoved: undefined,
  givenUp: 0,
};

test.each<[string, Partial<SourceFlow>, string]>([
  ["answers come", {}, "pass"],
  ["it has just started", { lastProofAt: undefined, startedAt: 99_000 }, "pass"],
  ["the connection was just lost", { failure: down }, "warn"],
  ["no answer came for too long, although it seems connected", { lastProofAt: 80_000 }, "fail"],
  ["it has never reached the server", { lastProofAt: undefined, failure: down }, "fail"],
  ["only a person can help", { failure: wrongPassword }, "fail"],
  ["the journal fails", { trouble: "Taking mails in failed: disk full" }, "fail"],
  ["the server refuses to mark mails", { unmarked: 3 }, "warn"],
  ["the server does not tell of new mail", { deaf: true }, "warn"],
  ["finished mails cannot be moved", { unmoved: "There is no room." }, "warn"],
  ["mails were given up", { givenUp: 2 }, "warn"],
])("when %s", (_name, flow, state) => {
  const finding = sourceHealth({ ...well, ...flow });
  expect(finding.state).toBe(state);
  expect(finding.output === undefined).toBe(state === "pass");
});

test("the figures behind a finding are shown", () => {
  expect(sourceHealth(well).observed).toEqual({ lastProofAgeMs: 1_000, promisedProofMs: 10_000 });
});
