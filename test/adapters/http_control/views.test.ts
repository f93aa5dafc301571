import { expect, test } from "vitest";
import { letter } from "../../app_runtime/control/controlled_shop.ts";
import { openHttpControl } from "./open_http_control.ts";

test("/status tells the whole state as JSON", async () => {
  const { get, control, health } = await openHttpControl();
  health.register({ name: "runtime:log", required: false, check: () => ({ state: "warn", output: "Lines dropped." }) });
  await control.pause("cli anna", "source", "inbox");

  const status = (await get("/status")).json();

  expect(status.runtime).toMatchObject({ name: "shop", phase: "running", configVersion: "v1", pid: process.pid });
  expect(status.health).toEqual({
    status: "warn",
    checks: [{ name: "runtime:log", status: "warn", required: false, output: "Lines dropped." }],
  });
  expect(status.sources[0]).toMatchObject({ name: "inbox", status: { state: "paused", backlog: 3 } });
  expect(status.queues[0]).toMatchObject({
    name: "orders",
    stats: { waiting: 4, capacity: 1_000 },
    followUps: { waiting: 7, moreWait: true },
  });
  expect(status.workers[0]).toMatchObject({
    name: "orders",
    busy: 1,
    workers: [{ taskId: "mail-7" }, { state: "idle" }],
  });
  expect(status.pauses).toEqual([{ unit: "source:inbox", by: "cli anna", at: "2026-01-01T00:00:00.000Z" }]);
});

test.each([
  ["/status?format=text", {}],
  ["/status", { accept: "text/plain" }],
])("%s is a table for people", async (path, headers: Readonly<Record<string, string>>) => {
  const { get, control, clock } = await openHttpControl();
  await clock.advance(200_000);
  await control.pause("cli anna", "source", "inbox");

  const answer = await get(path, headers);

  expect(answer.type).toBe("text/plain; charset=utf-8");
  expect(answer.text).toBe(`shop  running  up 3m 20s  config v1  health pass

source  state   queue   backlog  in flight  published  settled  last proof  error
inbox   paused  orders        3          2         40       38  none

queue   state  waiting  delayed  leased  dead  capacity  oldest  done  retried  follow-ups to come
orders  open         4        1       2     0      1000  1.5s      33        6  7 and more

workers  state    busy  queue   handler             error
orders   running  1/2   orders  process_order_mail

paused        by        since
source:inbox  cli anna  2026-01-01T00:03:20.000Z
`);
});

test("/status and /metrics tell of the other runtimes", async () => {
  const { get, shop } = await openHttpControl();
  const card = {
    id: "run-1",
    name: "shop",
    host: "web-1",
    pid: 12,
    version: "1.0.0",
    configVersion: "v1",
    phase: "running",
    startedAt: Date.UTC(2025, 11, 31, 23, 59, 50),
    everyMs: 3_000,
    sources: [{ name: "inbox", adapter: "imap", state: "running" }],
    queues: [],
    pools: [{ name: "orders", queue: "orders", state: "running", concurrency: 4, busy: 3 }],
    load: { loopDelayMs: 7, rssBytes: 81_000_000, cpuShare: 0.1 },
  } as const;
  const gone = { ...card, id: "run-2", pid: 13, sources: [{ name: "inbox", adapter: "imap", state: "standby" }] };
  shop.peersView = {
    self: "run-1",
    listAgeMs: 100,
    peers: [
      { card, state: "live", agoMs: 100 },
      { card: gone, state: "vanished", agoMs: 42_000 },
    ],
    trouble: "Redis is down.",
  };

  const { peers } = (await get("/status")).json();
  expect(peers).toMatchObject({ listAgeMs: 100, trouble: "Redis is down." });
  expect(peers.runtimes).toMatchObject([
    { id: "run-1", isSelf: true, state: "live", startedAt: "2025-12-31T23:59:50.000Z", upMs: 10_000, toldAgoMs: 100 },
    { id: "run-2", isSelf: false, state: "vanished", sources: [{ state: "standby" }] },
  ]);
  expect((await get("/status?format=text")).text).toContain(`
runtime      host   process  state     up   config  sources        busy  late  memory  told
shop (this)  web-1       12  running   10s  v1      inbox running  3/4   7 ms  81 MB   0.1s ago
shop         web-1       13  vanished  10s  v1      inbox standby  3/4   7 ms  81 MB   42s ago
The list of runtimes is old: Redis is down.
`);
  expect((await get("/metrics")).text).toContain('app_runtime_peers{state="vanished"} 1');
});

test("words from outside cannot move the cursor of a terminal", async () => {
  const { get, health } = await openHttpControl();
  health.register({
    name: "source:inbox",
    required: true,
    check: () => ({ state: "warn", output: "bad\n\u001b[2Jmail" }),
  });

  expect((await get("/status?format=text")).text).toContain("source:inbox  warn   bad [2Jmail\n");
});

test("units are listed, and shown by name", async () => {
  const { get } = await openHttpControl();

  expect((await get("/sources")).json().map((source: { name: string }) => source.name)).toEqual(["inbox"]);
  expect((await get("/queues/orders")).json()).toMatchObject({ name: "orders", adapter: "memory" });
  expect((await get("/workers/orders")).json()).toMatchObject({ name: "orders", concurrency: 2 });
  expect((await get("/sources/inbx")).json()).toEqual({
    type: "about:blank",
    title: "Not Found",
    status: 404,
    detail: 'There is no source "inbx". Known: inbox.',
    code: "CONTROL_UNIT_UNKNOWN",
  });
});

test("dead letters are listed in pages without payloads, and shown whole", async () => {
  const { get, shop } = await openHttpControl();
  shop.orders.deadLetters.letters = [letter("inbox/7/1"), letter("b"), letter("c")];

  const page = (await get("/queues/orders/dead-letters?offset=0&limit=2")).json();
  expect(page.nextOffset).toBe(2);
  expect(page.letters.map((kept: { task: { id: string } }) => kept.task.id)).toEqual(["inbox/7/1", "b"]);
  expect(page.letters[0].task).not.toHaveProperty("payload");

  const shown = await get(`/queues/orders/dead-letters/${encodeURIComponent("inbox/7/1")}`);
  expect(shown.json()).toMatchObject({ reason: "exhausted", task: { payload: { subject: "12 chairs" } } });
  expect((await get("/queues/orders/dead-letters/x")).json()).toMatchObject({
    status: 404,
    code: "DEAD_LETTER_UNKNOWN",
  });
});

test("an id of 512 characters that all need escaping still fits into a path", async () => {
  const { get, shop } = await openHttpControl();
  const id = "é/".repeat(256);
  shop.orders.deadLetters.letters = [letter(id)];

  expect((await get(`/queues/orders/dead-letters/${encodeURIComponent(id)}`)).json().task.id).toBe(id);
});

test("/config shows masked values with their origins", async () => {
  const { get } = await openHttpControl();

  expect((await get("/config")).json().entries).toEqual([
    { path: "sources.inbox.password", value: "***", origin: "environment IMAP_PASSWORD" },
  ]);
});

test("GET / lists every path", async () => {
  const { get } = await openHttpControl();

  const { paths } = (await get("/")).json();

  expect(paths).toContain("GET /readyz");
  expect(paths).toContain("POST /queues/:name/dead-letters/:id/retry");
  expect(paths.filter((path: string) => path.startsWith("GET")).every((path: string) => !path.includes("pause"))).toBe(
    true,
  );
});
