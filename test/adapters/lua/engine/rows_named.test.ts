import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** What the design of processes promises, row by row; a row is named by a test as `row 1.8 unlisten ...`. */
const rows: Readonly<Record<string, readonly string[]>> = {
  "1.4": ["Routing", "Host step", "PID in Lua", "Process queue", "Order guarantee", "Delivery guarantee"],
  "1.5": ["State graph", "Step model", "Fairness", "Host:", "Host stop", "Deadlock", "Scheduler"],
  "1.7": [
    "Definition",
    "spawn:",
    "spawn_monitored, spawn_linked, spawn_linked_monitored",
    "Arguments and message values",
    "Return value",
    "Failure",
    "pid and id",
    "terminate",
    "cancel",
    "exec",
    "upgrade",
    "Spawner",
    "with_name",
    "with_message",
    "Context",
  ],
  "1.8": [
    "send",
    "Several values",
    "listen",
    "inbox",
    "events",
    "Where a message goes",
    "Message",
    "Payload",
    "unlisten",
    "Closing process channels",
    "self send",
    "Reserved",
  ],
  "1.9": [
    "Constants",
    "at is a number",
    "result.error",
    "EXIT on every kind of end",
    "LINK_DOWN only when the peer failed",
    "Both monitor and link",
    "trap_links",
    "get_options, set_options",
    "monitor, unmonitor",
    "link, unlink",
    "Order at death",
  ],
  "1.10": ["register", "lookup", "unregister", "Auto release", "Scopes"],
  "1.11": [
    "channel.new",
    "send",
    "receive",
    "close",
    "FIFO",
    "select: the first ready case",
    "select: closed receive, closed send",
    "default",
    "result.error",
    "Identity",
    "Timeout",
  ],
  "2": [
    ...[
      "1 send with",
      "1 send_mode batch",
      "2 cancel",
      "3 deadline",
      "4 event shape",
      "5 EXIT",
      "6 result.error",
      "7 PID",
    ],
    ...[
      "8 Method",
      "9 unmatched",
      "10 LINK_DOWN",
      "11 link events",
      "12 result.error",
      "13 closing",
      "17 name",
      "18 scopes",
    ],
    ...[
      "20 spawn_linked",
      "21 upgrade",
      "28 cancel",
      "29 OUTDATED",
      "31 a payload",
      "32 a full mailbox",
      "32 drop_oldest",
      "32 wait",
    ],
  ],
};

const folder = new URL(".", import.meta.url).pathname;
const text = globSync(["rows/*.lua", "*.test.ts"], { cwd: folder })
  .filter((file) => file !== "rows_named.test.ts")
  .map((file) => readFileSync(folder + file, "utf8"))
  .join("\n");
const named = [...text.matchAll(/row ((?:\d\.\d+)(?: [^\n"]*)?)/g)].map(([, row]) => row ?? "");

test.each(Object.entries(rows))("section %s: every row is named by a test", (section, names) => {
  const missing = names.filter((name) => {
    const row = section === "2" ? `2.${name}` : `${section} `;
    const rest = section === "2" ? "" : name;
    return !named.some((each) => each.startsWith(row) && each.includes(rest));
  });
  expect(missing).toEqual([]);
});
