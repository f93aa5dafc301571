import { expect, test } from "vitest";
import { type BlobRef, BlobTooLargeError } from "../../../src/app_runtime/contracts/blob_store.ts";
import { taskId } from "../../../src/app_runtime/testing/sample_task.ts";
import { MemoryBlobs } from "../../support/memory_blobs.ts";
import { eventually } from "../../support/source_desk.ts";
import { openHook } from "./open_webhook.ts";
import { signGithub } from "./sign.ts";

const secret = "correct horse battery staple";
const github = { secrets: [secret], signature: { scheme: "github" } };
const order = JSON.stringify({ item: "12 chairs", customer: { id: 7 } });

test("a delivery becomes one task, and is settled when its work is done", async () => {
  const hook = await openHook();

  const answer = await hook.post(order, { "webhook-id": "msg_1", "user-agent": "shop/1" });

  expect([answer.status, answer.json]).toEqual([202, { taskId: "webhook:hook:msg_1", duplicate: false }]);
  await hook.handledSoon(1);
  expect(hook.handled[0]).toMatchObject({
    id: "webhook:hook:msg_1",
    kind: "webhook.received",
    source: "hook",
    payload: {
      deliveryId: "msg_1",
      receivedAt: hook.clock.wallNow(),
      headers: { "user-agent": "shop/1" },
      body: JSON.parse(order),
    },
  });
  await hook.clock.advance(100);
  expect(await hook.journal.unsettled("hook", 10)).toEqual([]);
  expect(hook.source()).toMatchObject({ state: "running", published: 1, settled: 1, inFlight: 0 });
  expect(hook.source().facts).toMatchObject({ listening: true, accepted: 1, duplicates: 0, refused: 0 });
  expect(hook.health()).toMatchObject({ state: "pass" });
});

test("what is sent again is answered with the same task, before, while and after it is worked", async () => {
  const working = Promise.withResolvers<{ kind: "done" }>();
  const hook = await openHook({ config: github, handle: () => working.promise });
  const headers = signGithub(secret, order, "d-1");

  const together = await Promise.all([1, 2, 3].map(() => hook.post(order, headers)));
  expect(together.map(({ status }) => status).toSorted()).toEqual([200, 200, 202]);
  await hook.handledSoon(1);
  expect((await hook.post(order, headers)).json).toEqual({ taskId: "webhook:hook:d-1", duplicate: true });
  working.resolve({ kind: "done" });
  await eventually(async () => expect((await hook.journal.find(taskId("webhook:hook:d-1")))?.state).toBe("done"));
  expect((await hook.post(order, headers)).status).toBe(200);
  expect([hook.handled.length, hook.source().facts.duplicates]).toEqual([1, 4]);
});

test("an id that comes again with another body is refused, also while the first is under way", async () => {
  const hook = await openHook({ config: github });
  const other = JSON.stringify({ item: "13 chairs" });

  const first = await Promise.all([
    hook.post(order, signGithub(secret, order, "d-1")),
    hook.post(other, signGithub(secret, other, "d-1")),
  ]);
  expect(first.map(({ status }) => status).toSorted()).toEqual([202, 409]);
  const [taken, changed] = first[0]?.status === 202 ? [order, other] : [other, order];
  expect((await hook.post(taken, signGithub(secret, taken, "d-1"))).status).toBe(200);
  const refused = await hook.post(changed, signGithub(secret, changed, "d-1"));
  expect([refused.status, refused.json.code]).toEqual([409, "WEBHOOK_DELIVERY_CHANGED"]);
  expect(hook.source().facts).toMatchObject({ accepted: 1, "refused.WEBHOOK_DELIVERY_CHANGED": 2 });
});

test("a delivery without a name is named by its body", async () => {
  const hook = await openHook();

  const first = await hook.post(order);
  const again = await hook.post(order);
  const other = await hook.post(`${order} `);

  expect(first.json.taskId).toMatch(/^webhook:hook:sha256-[0-9a-f]{64}$/);
  expect([again.status, again.json.taskId]).toEqual([200, first.json.taskId]);
  expect(other.status).toBe(202);
});

test("a name that stands in the body is the delivery's, whatever else the body says", async () => {
  const hook = await openHook({ config: { deliveryId: { pointer: "/event/id" } } });

  const first = await hook.post('{"event":{"id":17},"pending":2}');
  const again = await hook.post('{"event":{"id":17},"pending":1}');

  expect(first.json).toEqual({ taskId: "webhook:hook:17", duplicate: false });
  expect(again.json).toEqual({ taskId: "webhook:hook:17", duplicate: true });
});

test("the configuration and the application say what a delivery becomes", async () => {
  const task = { kind: "order.placed", headers: ["X-Shop"], orderKeyFrom: "/customer/id", groupFrom: "/region" };
  const toTask = ({ source }: { readonly source: string }) => ({ priority: 7, kind: `${source}.placed` });
  const hook = await openHook({ config: { task }, toTask });

  await hook.post(order, { "webhook-id": "a", "x-shop": "north", authorization: "Bearer x" });

  await hook.handledSoon(1);
  expect(hook.handled[0]).toMatchObject({ kind: "hook.placed", priority: 7, orderKey: "7" });
  expect(hook.handled[0]).not.toHaveProperty("group");
  expect(hook.handled[0]?.payload).toMatchObject({ headers: { "x-shop": "north" } });
  expect(JSON.stringify(hook.handled)).not.toContain("Bearer");
});

test("a delivery that no task can be made of is refused, and says nothing of why it was", async () => {
  const toTask = () => {
    throw new Error("the price list says 0815");
  };
  const hook = await openHook({ toTask });

  const answer = await hook.post(order, { "webhook-id": "a" });

  expect([answer.status, answer.json.code]).toEqual([422, "WEBHOOK_NO_TASK"]);
  expect(JSON.stringify(answer.json)).not.toContain("0815");
  expect(hook.facts("webhook_no_task")[0]?.message).toContain("0815");
});

test("a body that no task can carry goes to the blob store, and comes again as the same", async () => {
  const blobs = new MemoryBlobs();
  const hook = await openHook({ blobs, config: { maxBodySize: "2MB", task: { orderKeyFrom: "/shop" } } });
  const large = JSON.stringify({ shop: "north", items: "x".repeat(1_500_000) });

  expect([(await hook.post(large)).status, (await hook.post(large)).status]).toEqual([202, 200]);
  await hook.handledSoon(1);
  const [task] = hook.handled;
  const { blob, ...payload } = (task?.payload ?? {}) as unknown as { readonly blob: BlobRef };
  expect(Object.keys(payload)).toEqual(["deliveryId", "receivedAt", "headers"]);
  expect(task?.orderKey).toBe("north");
  expect(Buffer.from(await blobs.get(blob.sha256)).toString() === large).toBe(true);

  blobs.failure = new Error("the disk is full");
  const refused = await hook.post(`${large} `);
  expect([refused.status, refused.json.code]).toEqual([503, "WEBHOOK_UNAVAILABLE"]);
  blobs.failure = new BlobTooLargeError(1_500_000, 1_000_000);
  expect((await hook.post(`${large} `)).status).toBe(413);
  expect((await hook.post('"small"')).status).toBe(202);
});

test.each([
  ["a text", () => `"${"x".repeat(999_998)}"`],
  ["a list of digits", () => `[${Array(499_999).fill(1).join(",")}]`],
])("a body of a whole megabyte is a task: %s", async (_of, body) => {
  const hook = await openHook();

  expect((await hook.post(body())).status).toBe(202);

  await hook.handledSoon(1);
  expect(hook.handled[0]?.payload).toMatchObject({ body: JSON.parse(body()) });
});

test("larger bodies than a task can carry need a blob store", async () => {
  const hook = await openHook({ config: { maxBodySize: "2MB" } });
  expect(hook.app.eventsOf("unit.restarting")[0]?.error).toContain("blob store");
});

test("a paused source refuses until it is resumed", async () => {
  const hook = await openHook();
  await hook.app.runtime.control.pause("test", "source", "hook");

  const refused = await hook.post(order, { "webhook-id": "a" });
  expect([refused.status, refused.headers["retry-after"], refused.json.code]).toEqual([
    503,
    "30",
    "WEBHOOK_UNAVAILABLE",
  ]);
  expect(hook.source().state).toBe("paused");

  await hook.app.runtime.control.resume("test", "source", "hook");
  expect((await hook.post(order, { "webhook-id": "a" })).status).toBe(202);
});

test("a full queue refuses what is new, recognises what it has, and takes the rest once there is room", async () => {
  const gate = Promise.withResolvers<{ kind: "done" }>();
  const hook = await openHook({ queue: { capacity: 2 }, handle: () => gate.promise });
  const send = (id: string) => hook.post(order, { "webhook-id": id });

  const flood = await Promise.all(["a", "b", "c", "d", "e"].map(send));
  expect(flood.filter(({ status }) => status === 202)).toHaveLength(2);
  const refused = flood.filter(({ status }) => status === 503);
  expect(refused).toHaveLength(3);
  expect(refused[0]?.headers["retry-after"]).toBe("5");
  expect(refused[0]?.json.detail).toContain("The queue is full");
  const taken = flood.flatMap(({ json }) => (json.taskId === undefined ? [] : [json.taskId.slice(-1)]));
  for (const id of taken) expect((await send(id)).status).toBe(200);
  expect((await hook.journal.list({ state: "offered", limit: 10 })).length).toBe(2);

  gate.resolve({ kind: "done" });
  await eventually(() => expect(hook.app.runtime.control.queues()[0]?.stats.leased).toBe(0));
  const again = await Promise.all(["a", "b"].map(send));
  expect(again.map(({ status }) => status).every((status) => status === 200 || status === 202)).toBe(true);
});

test("more than the rate limit lets in is refused with the time to wait", async () => {
  const hook = await openHook({ config: { ...github, rateLimit: { deliveries: 2, per: "10s" } } });
  const send = (id: string, key = secret) => hook.post(order, signGithub(key, order, id));

  // Who is not verified uses nothing up.
  for (const id of ["x", "y", "z"]) expect((await send(id, "wrong")).status).toBe(401);
  expect([(await send("a")).status, (await send("b")).status]).toEqual([202, 202]);
  const refused = await send("c");
  expect([refused.status, refused.headers["retry-after"], refused.json.code]).toEqual([429, "5", "WEBHOOK_RATE_LIMIT"]);
  await hook.clock.advance(5_000);
  expect([(await send("c")).status, (await send("d")).status]).toEqual([202, 429]);
});

test("while it stops, senders are told to come again", async () => {
  const gate = Promise.withResolvers<{ kind: "done" }>();
  const hook = await openHook({ handle: () => gate.promise });
  await hook.post(order, { "webhook-id": "a" });
  const url = hook.url();
  const stopping = hook.app.runtime.stop("test");

  const refused = await hook.post(order, { "webhook-id": "b" }, url);

  expect([refused.status, refused.headers["retry-after"]]).toEqual([503, "5"]);
  expect(refused.json.detail).toContain("stopping");
  gate.resolve({ kind: "done" });
  await hook.app.stop();
  expect(await stopping).toMatchObject({ requeued: 0, abandoned: 0 });
  expect((await hook.journal.find(taskId("webhook:hook:b")))?.state).toBeUndefined();
});
