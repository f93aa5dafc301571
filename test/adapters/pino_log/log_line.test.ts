import { expect, test } from "vitest";
import { logLine } from "../../../src/adapters/pino_log/log_line.ts";
import { textLine } from "../../../src/adapters/pino_log/text_line.ts";
import { everyEvent, numbered } from "./every_event.ts";

test("every event is a plain sentence with a level", () => {
  const lines = everyEvent.map(logLine).map(({ level, sentence }) => `${level.padEnd(5)} ${sentence}`);

  expect(lines).toEqual([
    "info  The runtime was booting and is running.",
    "debug Started in 12ms.",
    "debug Stopped in 3ms.",
    "error Failed to load: The disk is full.",
    "warn  Still not stopped after 5s; the shutdown goes on without waiting for it.",
    "info  Started in 40ms.",
    "info  Stopped in 4ms.",
    "error Failed: There is no folder INBX.",
    "warn  Failed and is started again in 2s: A bug.",
    "error Failed again after 5 restarts within 1m and stays stopped; the other units go on: A bug.",
    "info  Paused by http 127.0.0.1.",
    "info  Resumed by http 127.0.0.1.",
    "info  Configuration v2 applies; changed: queues.orders.capacity.",
    "error The new configuration was rejected and the old one stays: app.yaml:3 capcity is unknown.",
    "debug Task mail-7 was published to queue orders.",
    "debug Task mail-7 was started, attempt 2.",
    "debug Task mail-7 was done in 70ms.",
    "warn  Task mail-7 failed at attempt 2 and is tried again in 4s: Busy.",
    "error Task mail-7 was given up (rejected) and is kept as a dead letter: No such article.",
    "info  Task mail-7 was put back without burning an attempt (the runtime is stopping).",
    "warn  Task mail-7 was told to stop (it ran into its time limit).",
    "error Task mail-7 did not stop; it was left running after 31s.",
    "error The result of task mail-7 could not be recorded, so it will be handed out again: The disk is full.",
    "warn  The event loop stood still for 1500ms, while these tasks ran: mail-7, mail-8.",
    "error Its sources are paused after 5 outage errors in a row; it probes until one task succeeds. The last error: SMTP is down.",
    "info  The outage is over after 2m; its sources go on.",
    "info  Dead letter mail-7 was put back into the queue.",
    "info  Dead letter mail-7 was discarded.",
    "warn  Dead letter mail-7 was dropped: it was the oldest of more than 1000. Retry or discard them, or raise the queue's maxDeadLetters.",
    "error Health went from pass to fail. No answer.",
    "info  http 127.0.0.1 asked for source.pause of source:inbox: done.",
    "warn  Stopped (SIGTERM) in 1500ms of 30s: 3 tasks finished, 1 put back, 0 left running. Not cleanly stopped: journal: The disk is full.",
    "info  Connected again after 3 s.",
  ]);
});

test("what health says is no secret, also when it went to pass", () => {
  const [was, is] = ["fail", "pass"] as const;
  const line = logLine(
    numbered({ kind: "health.changed", unit: "source:inbox", from: was, to: is, output: "Stands by." }),
  );

  expect(line.sentence).toBe("Health went from fail to pass. Stands by.");
});

test("a line for people has time, level, unit and sentence, and stays one line whatever it quotes", () => {
  const line = logLine(
    numbered({ kind: "unit.failed", unit: "source:inbox", error: "bad\r\nINFO all is well\u001b[2J\u0007" }),
  );

  expect(textLine(line, false)).toMatch(
    /^\d\d:\d\d:\d\d\.\d{3} ERROR source:inbox {5}Failed: bad INFO all is well \[2J\n$/,
  );
  expect(textLine(line, true)).toBe(`\u001b[31m${textLine(line, false).trimEnd()}\u001b[0m\n`);
});

test.each([
  ["Login at imap://anna:hunter2@example.com failed.", "Login at imap://anna:***@example.com failed."],
  ["Authorization: Bearer eyJhbGciOi.x-y", "Authorization: Bearer ***"],
  ['The key password="hunter2 and more" is wrong.', "The key password=*** is wrong."],
  ["token: abc, retrying", "token: ***, retrying"],
  [
    "bot.yaml:7:3 sources.inbox.password: needs the environment variable X.",
    "bot.yaml:7:3 sources.inbox.password: needs the environment variable X.",
  ],
  ["The password is wrong; see http://example.com/login.", "The password is wrong; see http://example.com/login."],
])("secrets inside a text are masked: %s", (error, masked) => {
  expect(logLine(numbered({ kind: "unit.failed", unit: "source:inbox", error }))).toMatchObject({
    sentence: `Failed: ${masked}`,
    fields: { error: masked },
  });
});

test("secrets under telling names are masked at any depth", () => {
  const fields = { smtpPassword: "a", apiKey: "b", leaseToken: "c", host: "example.com", tokens: 3 };

  const line = logLine(
    numbered({ kind: "unit.fact", unit: "source:inbox", code: "X", level: "info", message: "x", fields }),
  );

  expect(line.fields).toMatchObject({
    fields: { smtpPassword: "***", apiKey: "***", leaseToken: "***", host: "example.com", tokens: 3 },
  });
});

test("a whole mail in an error's words is cut, and hostile ones cost no time", () => {
  const error = "a.".repeat(500_000);

  const line = logLine(numbered({ kind: "unit.failed", unit: "source:inbox", error }));

  expect(line.sentence).toHaveLength(4_001);
  expect(String(line.fields.error)).toHaveLength(4_001);
});
