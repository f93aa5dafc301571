import { expect, test } from "vitest";
import { settlePromises } from "../../../src/app_runtime/testing/manual_clock.ts";
import { letter } from "../../app_runtime/control/controlled_shop.ts";
import { openHttpControl } from "./open_http_control.ts";

test("a source is paused, triggered in vain, resumed and triggered; each leaves a record of who did it", async () => {
  const { post, shop, events } = await openHttpControl();
  const before = events.said.length;

  expect((await post("/sources/inbox/pause")).json()).toEqual({ unit: "source:inbox", paused: true, changed: true });
  expect((await post("/sources/inbox/pause")).json()).toMatchObject({ changed: false });
  expect((await post("/sources/inbox/trigger")).json()).toMatchObject({ status: 409, code: "CONTROL_REFUSED" });
  expect((await post("/sources/inbox/resume")).json()).toMatchObject({ paused: false, changed: true });
  expect((await post("/sources/inbox/trigger")).status).toBe(202);

  expect(shop.inbox.triggered).toBe(1);
  const acted = events.said.slice(before).filter((event) => event.kind === "control.acted");
  expect(acted.map(({ actor, action, result }) => [actor, action, result])).toEqual([
    ["http 127.0.0.1", "source.pause", "done"],
    ["http 127.0.0.1", "source.pause", "unchanged"],
    ["http 127.0.0.1", "source.trigger", "failed: CONTROL_REFUSED"],
    ["http 127.0.0.1", "source.resume", "done"],
    ["http 127.0.0.1", "source.trigger", "triggered"],
  ]);
});

test.each([
  ["/queues/orders", "queue:orders"],
  ["/workers/orders", "worker:orders"],
])("%s is paused and resumed", async (path, unit) => {
  const { post, pauses } = await openHttpControl();

  expect((await post(`${path}/pause`)).json()).toEqual({ unit, paused: true, changed: true });
  expect(pauses.list().map((pause) => pause.unit)).toEqual([unit]);
  expect((await post(`${path}/resume`)).json()).toEqual({ unit, paused: false, changed: true });
  expect(pauses.list()).toEqual([]);
});

test("no body is as good as an empty one", async () => {
  const { ask } = await openHttpControl();
  const headers = { "content-type": "application/json; charset=utf-8" };

  expect((await ask({ method: "POST", path: "/sources/inbox/pause", headers })).status).toBe(200);
});

test("one dead letter is retried or discarded, once", async () => {
  const { post, shop } = await openHttpControl();
  shop.orders.deadLetters.letters = [letter("a/1"), letter("b")];

  expect((await post("/queues/orders/dead-letters/a%2F1/retry")).json()).toEqual({
    queue: "orders",
    taskId: "a/1",
    done: "retry",
  });
  expect((await post("/queues/orders/dead-letters/a%2F1/retry")).status).toBe(404);
  expect((await post("/queues/orders/dead-letters/b/discard")).status).toBe(200);
  expect(shop.orders.deadLetters.letters).toEqual([]);
});

test("many dead letters are retried by a filter that must be given", async () => {
  const { post, shop } = await openHttpControl();
  shop.orders.deadLetters.letters = [
    letter("a", { diedAt: Date.UTC(2026, 0, 3) }),
    letter("b", { reason: "rejected", diedAt: Date.UTC(2026, 0, 3) }),
    letter("c", { diedAt: Date.UTC(2026, 0, 1) }),
  ];

  expect((await post("/queues/orders/dead-letters/retry", {})).json()).toMatchObject({
    status: 400,
    detail: expect.stringContaining("must say which letters are meant"),
  });
  const filter = { reason: "exhausted", diedAfter: "2026-01-02T00:00:00Z" };
  expect((await post("/queues/orders/dead-letters/retry", { filter, limit: 5 })).json()).toEqual({
    done: ["a"],
    failed: [],
    remaining: 0,
  });
  expect((await post("/queues/orders/dead-letters/discard", { filter: {} })).json().done).toEqual(["b", "c"]);
});

test("a reload answers with what changed, or with what is wrong", async () => {
  const { post, shop } = await openHttpControl();

  expect((await post("/config/reload")).json()).toEqual({ kind: "unchanged", version: "v1" });
  shop.nextReload = { kind: "applied", version: "v2", changes: ["queues.orders.capacity: 1000 → 500"], restart: [] };
  expect((await post("/config/reload")).json()).toMatchObject({ kind: "applied", version: "v2" });
  shop.nextReload = { kind: "rejected", version: "v2", problems: ["app.yaml:3 capcity is unknown."] };
  expect((await post("/config/reload")).json()).toEqual({
    type: "about:blank",
    title: "Unprocessable Entity",
    status: 422,
    detail: "The configuration was not changed; version v2 stays.",
    code: "CONFIG_INVALID",
    problems: ["app.yaml:3 capcity is unknown."],
  });
});

test("a mistake of ours is said in the log, not to the client", async () => {
  const { post, shop, events } = await openHttpControl();
  shop.reload = () => Promise.reject(new Error("secret of the house"));

  const answer = await post("/config/reload");

  expect(answer.json()).toMatchObject({ status: 500, code: "UNEXPECTED" });
  expect(answer.text).not.toContain("secret");
  expect(events.said).toContainEqual(
    expect.objectContaining({
      code: "CONTROL_REQUEST_FAILED",
      message: expect.stringContaining("secret of the house"),
    }),
  );
});

test("an action that takes too long is answered, and says that it may still be done", async () => {
  const { post, shop, clock } = await openHttpControl();
  const asked = Promise.withResolvers<void>();
  const reload = Promise.withResolvers<never>();
  shop.reload = () => {
    asked.resolve();
    return reload.promise;
  };

  const answer = post("/config/reload");
  await asked.promise;
  await clock.advance(30_000);

  expect((await answer).type).toBe("application/problem+json; charset=utf-8");
  expect((await answer).json()).toMatchObject({ status: 503, code: "HTTP_TIME_LIMIT" });
  reload.reject(new Error("too late"));
});

test("a bulk action stops when its time is up", async () => {
  const { post, shop, clock } = await openHttpControl();
  const letters = shop.orders.deadLetters;
  letters.letters = [letter("a"), letter("b"), letter("c")];
  const asked = Promise.withResolvers<void>();
  const room = Promise.withResolvers<void>();
  const retry = letters.retry.bind(letters);
  letters.retry = async (id) => {
    asked.resolve();
    await room.promise;
    await retry(id);
  };

  const answer = post("/queues/orders/dead-letters/retry", { filter: {} });
  await asked.promise;
  await clock.advance(30_000);
  expect((await answer).status).toBe(503);
  room.resolve();
  await settlePromises();

  expect(letters.retried).toEqual(["a"]);
  expect(letters.letters.map((kept) => kept.task.id)).toEqual(["b", "c"]);
});

test("an answer leaves no timer behind", async () => {
  const { get, post, clock } = await openHttpControl();

  await post("/sources/inbox/pause");
  await get("/queues/orders/dead-letters");

  expect(clock.pending).toBe(0);
});
