import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { WebhookListeners } from "../../../src/adapters/webhook/webhook_listeners.ts";
import { SystemClock } from "../../../src/app_runtime/base/clock.ts";
import { freePort } from "../../support/free_port.ts";
import { eventually } from "../../support/source_desk.ts";
import { openHook, post } from "./open_webhook.ts";

test("sources of one port share it, each with its own path, and one leaves without the others", async () => {
  const port = await freePort();
  const other = { adapter: "webhook", queue: "hooks", port, path: "/other" };
  const hook = await openHook({ config: { port }, more: { other } });
  const [first, second] = [hook.url(), hook.url("other")];

  expect([first, second]).toEqual([`http://127.0.0.1:${port}/hook`, `http://127.0.0.1:${port}/other`]);
  expect((await post(first, "{}")).json.taskId).toMatch(/^webhook:hook:/);
  expect((await post(second, "{}")).json.taskId).toMatch(/^webhook:other:/);

  await hook.reconfigure({ port }, {});
  expect((await post(first, "{}")).status).toBe(200);
  expect((await post(second, "[]")).status).toBe(503); // it may be restarting
  await hook.clock.advance(30_000);
  expect((await post(second, "[]")).status).toBe(404);
});

test("a reload changes a source in its place, and forgets nothing", async () => {
  const port = await freePort();
  const hook = await openHook({ config: { port } });
  expect((await hook.post("{}", { "webhook-id": "a" })).status).toBe(202);

  expect(await hook.reconfigure({ port, task: { kind: "order.placed" } })).toMatchObject({ kind: "applied" });
  expect((await hook.post("{}", { "webhook-id": "a" })).status).toBe(200);
  expect((await hook.post("{}", { "webhook-id": "b" })).status).toBe(202);
  await hook.handledSoon(2);
  expect(hook.handled.map(({ kind }) => kind)).toEqual(["webhook.received", "order.placed"]);
});

test("a port that is taken is said in plain words, and taken over as soon as it is free", async () => {
  const port = await freePort();
  const squatter = await squat(port);
  const hook = await openHook({ config: { port } });

  expect(hook.source()).toMatchObject({ state: "degraded", facts: { listening: false } });
  expect(hook.health()).toMatchObject({
    state: "fail",
    output: expect.stringMatching(
      new RegExp(`^Port ${port} on 127\\.0\\.0\\.1 is taken by another program\\. Set the source's port`),
    ),
  });
  await hook.clock.advance(1_000);
  expect(hook.facts("webhook_listen_failed").length).toBeGreaterThan(1);
  await new Promise((resolve) => squatter.close(resolve));
  await hook.app.runtime.control.trigger("test", "hook");
  await eventually(() => expect(hook.health()?.state).toBe("pass"));
  expect((await hook.post("{}")).status).toBe(202);
});

test("whoever comes while a listener closes listens there at once", async () => {
  const { listeners, address, client, parts } = await bareListeners();
  await listeners.join(address, client, parts);
  const left = listeners.leave(address, client);
  const listener = await listeners.join(address, client, parts);
  expect([listener.failure, listener.url]).toEqual([undefined, `http://127.0.0.1:${address.port}`]);
  await left;
  await listeners.leave(address, client);
});

test.each([
  ["a connection that says nothing", ""],
  ["a request whose headers never end", "POST /hook HTTP/1.1\r\nhost: "],
])("%s is cut off when its time is up", async (_, words) => {
  const { listeners, address, client, parts } = await bareListeners();
  await listeners.join(address, client, { ...parts, limits: { headersMs: 100, checkMs: 20 } });
  const socket = connect(address);
  socket.write(words);
  let text = "";
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  await once(socket, "close");
  expect(text).toMatch(/^HTTP\/1\.1 408 [\s\S]*"WEBHOOK_TOO_SLOW"/);
  await listeners.leave(address, client);
});

test("an address that is not this machine's is said in plain words", async () => {
  const hook = await openHook({ config: { host: "192.0.2.1", secrets: ["abcd"] } });
  expect(hook.health()).toMatchObject({
    state: "fail",
    output: expect.stringContaining("Change the source's host or port"),
  });
});

test.each<[string, object, RegExp]>([
  ["no secret where others can reach it", { host: "0.0.0.0" }, /hook\.secrets: has nothing to verify senders with/],
  ["a path without slash", { path: "hook" }, /hook\.path: is not the path of a URL/],
  ["a path with a query", { path: "/hook?a=1" }, /hook\.path: is not the path of a URL/],
  ["a path with a space", { path: "/ho ok" }, /hook\.path: is not the path of a URL/],
  [
    "a secret that is not base64",
    { secrets: ["s3cret!"] },
    /hook\.secrets: has a secret, number 1, that is not base64/,
  ],
  [
    "a digest without the name of its header",
    { secrets: ["s"], signature: { scheme: "hmac" } },
    /hook\.signature\.header: is missing/,
  ],
  ["a header with a colon", { deliveryId: { header: "a:" } }, /hook\.deliveryId\.header: has "a:"/],
  ["two names for a delivery", { deliveryId: { header: "a", pointer: "/a" } }, /hook\.deliveryId\.pointer: would not/],
  ["a pointer that is none", { task: { orderKeyFrom: "customer.id" } }, /hook\.task\.orderKeyFrom: is no JSON pointer/],
  ["a header with passwords", { task: { headers: ["Authorization"] } }, /hook\.task\.headers: would keep passwords/],
])("%s is refused before anything starts", async (_, config, words) => {
  const failure = await openHook({ config: config as never }).catch((error) => error);
  expect(String(failure.message)).toMatch(words);
  expect(String(failure.message)).not.toContain("s3cret!");
});

test("two sources of one port and path are refused", async () => {
  const other = { adapter: "webhook", queue: "hooks", port: 9, path: "/hook" };
  await expect(openHook({ config: { port: 9 }, more: { other } })).rejects.toThrow(
    'brings in the same work as the source "hook" (webhook:127.0.0.1:9/hook)',
  );
});

test("secrets are shown nowhere", async () => {
  const hook = await openHook({ config: { secrets: ["c2VjcmV0LXdvcmQ="] } });
  const shown = [hook.app.runtime.control.config(), hook.app.runtime.control.status(), hook.app.events];
  expect(JSON.stringify(shown)).not.toContain("c2VjcmV0LXdvcmQ=");
});

async function bareListeners() {
  const client = {
    path: "/hook",
    connections: 10,
    answer: async () => ({ status: 200, headers: {}, body: "{}" }),
    listening: () => {},
    cannotListen: (sentence: string) => {
      throw new Error(sentence);
    },
  };
  const address = { host: "127.0.0.1", port: await freePort() };
  return { listeners: new WebhookListeners(), address, client, parts: { clock: new SystemClock(), random: () => 0.5 } };
}

async function squat(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return server;
}
