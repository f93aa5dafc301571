import { connect, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { eventually } from "../../support/source_desk.ts";
import { openHook } from "./open_webhook.ts";

type Headers = Readonly<Record<string, string>>;
const deep = `${"[".repeat(31)}${"]".repeat(31)}`;
const noise = "\u0000\u0001secret-noise";

test.each<[string, string, Headers, number, string]>([
  ["a form", "a=1", { "content-type": "application/x-www-form-urlencoded" }, 415, "WEBHOOK_MEDIA_TYPE"],
  ["no content type", "{}", { "content-type": "" }, 415, "WEBHOOK_MEDIA_TYPE"],
  ["almost JSON", "{}", { "content-type": "application/jsonp" }, 415, "WEBHOOK_MEDIA_TYPE"],
  ["another charset", "{}", { "content-type": "application/json; charset=latin1" }, 415, "WEBHOOK_MEDIA_TYPE"],
  ["a compressed body", "{}", { "content-encoding": "gzip" }, 415, "WEBHOOK_MEDIA_TYPE"],
  ["nothing", "", {}, 400, "WEBHOOK_BODY_INVALID"],
  ["half a document", '{"secret-noise":', {}, 400, "WEBHOOK_BODY_INVALID"],
  ["garbage", noise, {}, 400, "WEBHOOK_BODY_INVALID"],
  ["a document nested too deep", deep, {}, 400, "WEBHOOK_BODY_INVALID"],
  ["a document nested without end", `${"[".repeat(400_000)}${"]".repeat(400_000)}`, {}, 400, "WEBHOOK_BODY_INVALID"],
  ["a poisoned prototype", '{"a":[{"__proto__":{"x":1}}]}', {}, 400, "WEBHOOK_BODY_INVALID"],
  ["a number without end", "[1e999]", {}, 400, "WEBHOOK_BODY_INVALID"],
  ["an id with a space", "{}", { "webhook-id": "a b" }, 400, "WEBHOOK_DELIVERY_ID"],
  ["an id without end", "{}", { "webhook-id": "a".repeat(201) }, 400, "WEBHOOK_DELIVERY_ID"],
  ["a body that is too large", `"${"x".repeat(1_000_000)}"`, {}, 413, "WEBHOOK_BODY_TOO_LARGE"],
  ["a body that grows too large", `"${"x".repeat(1_000_000)}"`, chunked(), 413, "WEBHOOK_BODY_TOO_LARGE"],
  ["a body that no task can carry", `[${"1e20,".repeat(190_000)}1]`, {}, 422, "WEBHOOK_NO_TASK"],
  ["a page of another site", "{}", { origin: "https://evil.example" }, 403, "WEBHOOK_HOST_REFUSED"],
  ["another name of this machine", "{}", { host: "evil.example" }, 403, "WEBHOOK_HOST_REFUSED"],
])("%s is refused as a problem, repeats nothing, and is no task", async (_, body, headers, status, code) => {
  const hook = await openHook();

  const answer = await hook.post(body, headers);

  expect([answer.status, answer.json.code]).toEqual([status, code]);
  expect(answer.headers["content-type"]).toBe("application/problem+json");
  expect(answer.json).toMatchObject({ type: "about:blank", status, title: expect.stringMatching(/^[A-Z]/) });
  expect(JSON.stringify([answer, hook.app.events])).not.toMatch(/secret-noise|evil\.example/);
  expect(await hook.journal.list({ state: "offered", limit: 1 })).toEqual([]);
  expect(hook.source().facts).toMatchObject({ refused: 1, [`refused.${code}`]: 1 });
});

function chunked(): Headers {
  return { "transfer-encoding": "chunked" };
}

test("bytes that are no text are refused", async () => {
  const hook = await openHook();
  const answer = await hook.post(Buffer.from([0x22, 0xff, 0x22]) as never);
  expect([answer.status, answer.json.detail]).toEqual([400, "The body is not UTF-8."]);
});

test("what is deep but not too deep is taken", async () => {
  const hook = await openHook();
  expect((await hook.post(deep.slice(1, -1))).status).toBe(202);
});

test("other methods and other paths are said to be wrong", async () => {
  const hook = await openHook();
  const get = await fetch(hook.url());
  const elsewhere = await hook.post("{}", {}, `${hook.url()}/more`);

  expect([get.status, get.headers.get("allow")]).toEqual([405, "POST"]);
  expect([elsewhere.status, elsewhere.json.code]).toEqual([404, "WEBHOOK_PATH_UNKNOWN"]);
  expect(hook.source().facts.unknownPaths).toBe(1);
  expect((await hook.post("{}", {}, `${hook.url()}?token=1`)).status).toBe(202);
});

test("a body that does not arrive is cut off when its time is up", async () => {
  const hook = await openHook({ config: { requestTimeout: "3s" } });
  const socket = speak(
    hook.url(),
    "POST /hook HTTP/1.1\r\nhost: HOST\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{",
  );
  const answer = read(socket);
  await eventually(() => expect(hook.source().facts.requests).toBe(1));
  await hook.clock.advance(3_000);

  expect(await answer).toMatch(/^HTTP\/1\.1 408 [\s\S]*"code":"WEBHOOK_TOO_SLOW"/);
  expect(hook.source().facts.requests).toBe(0);
});

test("who sends on and on after the answer is cut off", async () => {
  const hook = await openHook({ config: { maxBodySize: "1kB" } });
  const head =
    "POST /hook HTTP/1.1\r\nhost: HOST\r\ncontent-type: application/json\r\ncontent-length: 100000000\r\n\r\n";
  const endless = speak(hook.url(), head);
  const whole = read(endless);
  const more = setInterval(() => endless.write("x".repeat(100_000)), 1);
  expect(await whole.finally(() => clearInterval(more))).toMatch(/^HTTP\/1\.1 413 /);
  expect(endless.bytesWritten).toBeLessThan(50_000_000);
});

test("who stops in the middle after the answer is cut off, too", async () => {
  const hook = await openHook({ config: { maxBodySize: "1kB" } });
  const head = "POST /hook HTTP/1.1\r\nhost: HOST\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n";
  const socket = speak(hook.url(), `${head}{`);
  const answer = read(socket);
  await eventually(() => expect(hook.source().facts.refused).toBe(1));
  await eventually(() => expect(hook.clock.pending).toBeGreaterThan(0));
  await hook.clock.advance(2_000);

  expect(await answer).toMatch(/^HTTP\/1\.1 413 /);
});

test("who breaks off leaves nothing behind", async () => {
  const hook = await openHook();
  const socket = speak(
    hook.url(),
    "POST /hook HTTP/1.1\r\nhost: HOST\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{",
  );
  await eventually(() => expect(hook.source().facts.requests).toBe(1));
  socket.destroy();
  await eventually(() => expect(hook.source().facts.requests).toBe(0));
  expect((await hook.post("{}")).status).toBe(202);
});

test("a sender that asks first is refused before it sends its body, or told to send it", async () => {
  const hook = await openHook({ config: { maxBodySize: "1kB" } });
  const ask = (length: number) =>
    speak(
      hook.url(),
      `POST /hook HTTP/1.1\r\nhost: HOST\r\ncontent-type: application/json\r\nexpect: 100-continue\r\nconnection: close\r\ncontent-length: ${length}\r\n\r\n`,
    );
  const [large, small] = [ask(5_000), ask(2)];
  const [refused, taken] = [read(large), read(small)];
  await heard(small, "100 Continue");
  small.write("{}");

  expect(await refused).toMatch(/^HTTP\/1\.1 413 /);
  expect(await taken).toMatch(/^HTTP\/1\.1 100 Continue[\s\S]*HTTP\/1\.1 202 /);
});

test("more requests at once than the source wants are refused, and taken afterwards", async () => {
  const hook = await openHook({ config: { concurrency: 1 } });
  const slow = speak(
    hook.url(),
    "POST /hook HTTP/1.1\r\nhost: HOST\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{",
  );
  await eventually(() => expect(hook.source().facts.requests).toBe(1));

  const refused = await hook.post("{}", { "webhook-id": "a" });
  expect([refused.status, refused.headers["retry-after"]]).toEqual([503, "1"]);
  slow.write("}");
  await eventually(() => expect(hook.source().facts.requests).toBe(0));
  expect((await hook.post("{}", { "webhook-id": "a" })).status).toBe(202);
});

test("more connections than allowed are closed, and others still served", async () => {
  const hook = await openHook({ config: { connections: 2 } });
  const held = [speak(hook.url(), ""), speak(hook.url(), "")];
  await Promise.all(held.map(connected));

  expect(await read(speak(hook.url(), "POST /hook HTTP/1.1\r\n\r\n"))).toBe("");
  held[0]?.destroy();
  await eventually(async () => expect((await hook.post("{}")).status).toBeLessThan(300));
});

test("what is not HTTP gets a problem and is cut off", async () => {
  const hook = await openHook();
  expect(await read(speak(hook.url(), "HELO there\r\n\r\n"))).toMatch(/^HTTP\/1\.1 400 [\s\S]*"WEBHOOK_MALFORMED"/);
  expect(await read(speak(hook.url(), `POST /hook HTTP/1.1\r\nx: ${"y".repeat(100_000)}\r\n\r\n`))).toContain(
    "WEBHOOK_HEADERS_TOO_LARGE",
  );
});

function speak(url: string, words: string): Socket {
  const { hostname, port, host } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on("error", () => {});
  socket.write(words.replace("HOST", host));
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

function heard(socket: Socket, words: string): Promise<void> {
  return new Promise((resolve) => {
    socket.on("data", (chunk: Buffer) => {
      if (chunk.toString().includes(words)) resolve();
    });
  });
}
