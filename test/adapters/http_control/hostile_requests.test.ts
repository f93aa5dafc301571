import { connect, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { type Ask, openHttpControl } from "./open_http_control.ts";

const json = { "content-type": "application/json" };
const pause = { method: "POST", path: "/sources/inbox/pause", body: "{}" };

test.each<[string, Ask, number, string]>([
  ["a path that is not there", { path: "/admin" }, 404, "HTTP_NOT_FOUND"],
  ["a POST to nowhere", { method: "POST", path: "/admin", body: "x" }, 404, "HTTP_NOT_FOUND"],
  ["a method a path does not take", { method: "DELETE", path: "/status" }, 405, "HTTP_METHOD_NOT_ALLOWED"],
  ["an action asked with GET", { path: "/sources/inbox/pause" }, 405, "HTTP_METHOD_NOT_ALLOWED"],
  ["a path that cannot be decoded", { path: "/sources/%zz" }, 400, "HTTP_MALFORMED"],
  ["a name without end", { path: `/sources/${"x".repeat(5_000)}` }, 414, "HTTP_URL_TOO_LONG"],
  ["an action without a content type", pause, 415, "HTTP_MEDIA_TYPE"],
  ["a form", { ...pause, headers: { "content-type": "application/x-www-form-urlencoded" } }, 415, "HTTP_MEDIA_TYPE"],
  ["JSON called text", { ...pause, headers: { "content-type": "text/plain" } }, 415, "HTTP_MEDIA_TYPE"],
  ["almost JSON", { ...pause, headers: { "content-type": "application/jsonp" } }, 415, "HTTP_MEDIA_TYPE"],
  ["a broken content type", { ...pause, headers: { "content-type": ";;" } }, 415, "HTTP_MEDIA_TYPE"],
  ["half a document", { ...pause, headers: json, body: '{"a":' }, 400, "HTTP_BODY_NOT_JSON"],
  ["a poisoned prototype", { ...pause, headers: json, body: '{"__proto__":{"x":1}}' }, 400, "HTTP_BODY_NOT_JSON"],
  ["a list", { ...pause, headers: json, body: "[]" }, 400, "HTTP_REQUEST_INVALID"],
  ["null", { ...pause, headers: json, body: "null" }, 400, "HTTP_REQUEST_INVALID"],
  ["an unknown key", { ...pause, headers: json, body: '{"force":true}' }, 400, "HTTP_REQUEST_INVALID"],
  ["a huge body", { ...pause, headers: json, body: `"${"x".repeat(20_000)}"` }, 413, "HTTP_BODY_TOO_LARGE"],
  ["a page beyond reason", { path: "/queues/orders/dead-letters?limit=100000" }, 400, "HTTP_REQUEST_INVALID"],
  ["a page before the first", { path: "/queues/orders/dead-letters?offset=-1" }, 400, "HTTP_REQUEST_INVALID"],
  ["a page given twice", { path: "/queues/orders/dead-letters?limit=1&limit=2" }, 400, "HTTP_REQUEST_INVALID"],
  ["a filter that is not known", { path: "/queues/orders/dead-letters?reasn=x" }, 400, "HTTP_REQUEST_INVALID"],
  ["another host", { path: "/status", headers: { host: "evil.example" } }, 403, "HTTP_HOST_REFUSED"],
  ["this host on another port", { path: "/status", headers: { host: "localhost:1" } }, 403, "HTTP_HOST_REFUSED"],
  [
    "another host on a path that is not there",
    { path: "/x", headers: { host: "evil.example" } },
    403,
    "HTTP_HOST_REFUSED",
  ],
  [
    "a page of another site",
    { path: "/status", headers: { origin: "https://evil.example" } },
    403,
    "HTTP_ORIGIN_REFUSED",
  ],
  ["a page without a name", { ...pause, headers: { ...json, origin: "null" } }, 403, "HTTP_ORIGIN_REFUSED"],
  [
    "a page of another port",
    { ...pause, headers: { ...json, origin: "http://127.0.0.1:1" } },
    403,
    "HTTP_ORIGIN_REFUSED",
  ],
])("%s is refused as a problem, and nothing is done", async (_, question, status, code) => {
  const { ask, events } = await openHttpControl();
  const before = events.said.length;

  const answer = await ask(question);

  expect([answer.status, answer.type]).toEqual([status, "application/problem+json; charset=utf-8"]);
  expect(answer.json()).toMatchObject({ type: "about:blank", status, code, title: expect.stringMatching(/^[A-Z]/) });
  expect(answer.json().detail).toMatch(/\S/);
  expect(events.said.slice(before)).toEqual([]);
});

test.each(["127.0.0.1", "localhost", "[::1]", "LOCALHOST"])("this machine may call itself %s", async (name) => {
  const { ask, port } = await openHttpControl();
  const host = `${name}:${port}`;

  expect((await ask({ path: "/livez", headers: { host } })).status).toBe(200);
  expect((await ask({ ...pause, headers: { ...json, host, origin: `http://${host.toLowerCase()}` } })).status).toBe(
    200,
  );
});

test("a refused method names those that are taken", async () => {
  const { ask } = await openHttpControl();

  expect((await ask({ method: "PUT", path: "/queues/orders/dead-letters/a/retry" })).headers.allow).toBe("POST");
  expect((await ask({ method: "POST", path: "/livez" })).headers.allow).toBe("GET, HEAD");
});

test("a HEAD is answered like a GET without its body", async () => {
  const { ask } = await openHttpControl();

  expect(await ask({ method: "HEAD", path: "/readyz" })).toMatchObject({ status: 200, text: "" });
});

test("no answer may be kept or guessed at", async () => {
  const { get } = await openHttpControl();

  expect((await get("/status")).headers).toMatchObject({
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
});

test("what is not HTTP gets a problem and is cut off", async () => {
  const { port } = await openHttpControl();

  const answer = await read(speak(port, "HELO there\r\n\r\n"));

  expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\ncontent-type: application\/problem\+json\r\n/);
  expect(JSON.parse(answer.split("\r\n\r\n")[1] ?? "")).toMatchObject({ code: "HTTP_MALFORMED", status: 400 });
});

test("headers without end are cut off", async () => {
  const { port } = await openHttpControl();

  const answer = await read(speak(port, `GET /livez HTTP/1.1\r\nx: ${"y".repeat(100_000)}\r\n\r\n`));

  expect(answer).toContain('"code":"HTTP_HEADERS_TOO_LARGE"');
});

test.each([
  ["headers", "GET /livez HTTP/1.1\r\nHost: "],
  [
    "a body",
    "POST /config/reload HTTP/1.1\r\nHost: HOST\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{",
  ],
])("%s that never end are cut off when their time is up", async (_, beginning) => {
  const { port } = await openHttpControl({ requestMs: 100, checkMs: 20 });

  const answer = await read(speak(port, beginning.replace("HOST", `127.0.0.1:${port}`)));

  expect(answer).toContain('"code":"HTTP_TOO_SLOW"');
});

test("more connections than allowed are closed at once, and others still served", async () => {
  const { port, get } = await openHttpControl({ connections: 2 });
  const first = speak(port, "");
  const second = speak(port, "");
  await Promise.all([connected(first), connected(second)]);

  expect(await read(speak(port, "GET /livez HTTP/1.1\r\n\r\n"))).toBe("");

  first.destroy();
  await expect.poll(async () => (await get("/livez").catch(() => undefined))?.status).toBe(200);
});

function speak(port: number, words: string): Socket {
  const socket = connect({ host: "127.0.0.1", port });
  socket.on("error", () => {});
  socket.write(words);
  onTestFinished(() => void socket.destroy());
  return socket;
}

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once("connect", resolve));
}

function read(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    socket.on("close", () => resolve(text));
  });
}
