import { connect, createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { guardAgainstLeaks } from "./leak_guard.ts";
import { TcpProxy } from "./tcp_proxy.ts";

test("passes bytes both ways and counts connections", async () => {
  const { proxy, client } = await echoBehindProxy();
  expect(await client.ask("hello")).toBe("hello");
  expect([proxy.open, proxy.accepted]).toEqual([1, 1]);
});

test("delays without changing the order", async () => {
  const { proxy, client } = await echoBehindProxy();
  proxy.delay(20);
  client.send("a");
  client.send("b");
  proxy.delay(0);
  client.send("c");
  expect(await client.received("abc")).toBe("abc");
});

test("delays what comes later by no more than what comes first", async () => {
  const { proxy, client } = await echoBehindProxy();
  proxy.delay(50);
  const at = performance.now();
  for (const letter of "abcdefghijklmnopqrst") {
    client.send(letter);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await client.received("abcdefghijklmnopqrst");
  expect(performance.now() - at).toBeLessThan(20 * 50);
});

test("leads new connections elsewhere, and leaves old ones", async () => {
  const { proxy, client, heard } = await echoBehindProxy();
  expect(await client.ask("here")).toBe("here");
  const other = await echoBehindProxy();
  proxy.leadTo(other.proxy);
  expect(await (await openClient(proxy.port)).ask("there")).toBe("there");
  expect(await client.ask("again")).toBe("again");
  expect([heard.join(""), other.heard.join("")]).toEqual(["hereagain", "there"]);
});

test("as a black hole swallows everything and keeps the connection", async () => {
  const { proxy, client, heard } = await echoBehindProxy();
  proxy.blackHole();
  client.send("lost");
  const other = await openClient(proxy.port);
  other.send("lost, too");
  await expect.poll(() => proxy.swallowedBytes).toBe("lostlost, too".length);
  proxy.pass();
  expect(await client.ask("found")).toBe("found");
  expect(heard.join("")).toBe("found");
});

test("cuts all connections now, by FIN or by RST", async () => {
  const { proxy, client } = await echoBehindProxy();
  proxy.cutNow();
  await client.closed;
  const other = await openClient(proxy.port);
  await other.ask("hello");
  proxy.resetNow();
  await expect(other.closed).resolves.toBe("ECONNRESET");
});

test("cuts after so many bytes of one direction", async () => {
  const { proxy, client } = await echoBehindProxy();
  proxy.cutAt({ direction: "from_server", afterBytes: 3 });
  client.send("hello");
  await client.closed;
  expect(client.text()).toBe("hel");
});

test("cuts before what matches, also when it comes in two packets", async () => {
  const { proxy, client, heard } = await echoBehindProxy();
  proxy.cutAt({ direction: "from_client", at: /STORE/ });
  expect(await client.ask("a ST")).toBe("a ST");
  client.send("ORE");
  await client.closed;
  expect(heard.join("")).toBe("a ST");
});

test("refuses new connections, keeps old ones, and accepts again on the same port", async () => {
  const { proxy, client } = await echoBehindProxy();
  const { port } = proxy;
  await proxy.refuse();
  await expect(openClient(port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  expect(await client.ask("still here")).toBe("still here");
  await proxy.accept();
  expect(await (await openClient(port)).ask("hello")).toBe("hello");
});

test("rewrites what passes", async () => {
  const { proxy, client } = await echoBehindProxy();
  proxy.rewrite((chunk, direction) => (direction === "from_server" ? chunk.toUpperCase() : chunk));
  client.send("hello");
  expect(await client.received("HELLO")).toBe("HELLO");
});

async function echoBehindProxy() {
  guardAgainstLeaks();
  const heard: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      heard.push(chunk.toString());
      socket.write(chunk);
    });
  });
  const listening = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", listening.resolve);
  await listening.promise;
  const proxy = await TcpProxy.to({ host: "127.0.0.1", port: (server.address() as { port: number }).port });
  onTestFinished(async () => {
    await proxy.stop();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { proxy, heard, client: await openClient(proxy.port) };
}

async function openClient(port: number) {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  onTestFinished(() => void socket.destroy());
  const connected = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<string>();
  let text = "";
  let reason = "";
  socket.once("connect", connected.resolve);
  socket.once("error", (error: NodeJS.ErrnoException) => {
    reason = error.code ?? "";
    connected.reject(error);
  });
  socket.once("close", () => closed.resolve(reason));
  socket.on("data", (chunk) => {
    text += chunk.toString();
  });
  await connected.promise;
  const received = async (expected: string) => {
    await expect.poll(() => text).toBe(expected);
    return text;
  };
  const ask = async (question: string) => {
    text = "";
    socket.write(question);
    return await received(question);
  };
  return { send: (bytes: string) => void socket.write(bytes), ask, received, text: () => text, closed: closed.promise };
}
