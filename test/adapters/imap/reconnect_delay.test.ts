import { expect, test } from "vitest";
import { imapFailure } from "../../../src/adapters/imap/imap_failure.ts";
import { reconnectDelay } from "../../../src/adapters/imap/reconnect_delay.ts";

const policy = { minMs: 1_000, maxMs: 60_000, refusedMs: 300_000 };
const place = { host: "mail.example", port: 993, security: "tls", user: "u", folder: "INBOX" } as const;
const down = imapFailure({ code: "ECONNREFUSED", message: "refused" }, place);
const [least, most] = [() => 0, () => 0.999_999];

test("the longest wait doubles up to its limit", () => {
  expect([0, 1, 2, 3, 10, 1_000].map((streak) => reconnectDelay(policy, down, streak, most))).toEqual([
    1_000, 2_000, 4_000, 8_000, 60_000, 60_000,
  ]);
});

test("the wait may be short at any step, but never nothing", () => {
  expect(reconnectDelay(policy, down, 10, least)).toBe(50);
});

test("a refused password is not tried again soon", () => {
  const refused = imapFailure({ authenticationFailed: true, serverResponseCode: "AUTHENTICATIONFAILED" }, place);
  expect(reconnectDelay(policy, refused, 0, least)).toBe(240_000);
  expect(reconnectDelay(policy, refused, 9, most)).toBe(360_000);
});

test("a server that asks for patience gets it, within reason", () => {
  const throttled = (throttleReset: number) => imapFailure({ code: "ETHROTTLE", throttleReset }, place);
  expect(reconnectDelay(policy, throttled(92_415), 0, least)).toBe(92_415);
  expect(reconnectDelay(policy, throttled(1e9), 0, least)).toBe(900_000);
});
