import { Agent, get } from "node:http";
import { createServer, type Server } from "node:net";
import { networkInterfaces } from "node:os";
import { expect, onTestFinished, test } from "vitest";
import { HttpControl } from "../../../src/adapters/http_control/http_control.ts";
import type { ControlConfig } from "../../../src/adapters/http_control/http_control_schema.ts";
import { HealthRegistry } from "../../../src/app_runtime/health/api.ts";
import { openControl } from "../../app_runtime/control/controlled_shop.ts";
import { openHttpControl } from "./open_http_control.ts";

test("it says where it listens", async () => {
  const { events, http } = await openHttpControl();

  expect(events.said).toContainEqual({
    kind: "unit.fact",
    unit: "component:http_control",
    code: "CONTROL_LISTENING",
    level: "info",
    message: `The control plane answers at ${http.url}; see ${http.url}/status?format=text.`,
    fields: { url: http.url },
  });
});

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === "::1"),
);

test.each(hasIpv6 ? (["localhost", "::1"] as const) : (["localhost"] as const))(
  "it listens on %s too",
  async (host) => {
    const { http } = makeControl({ host, port: 0 });
    onTestFinished(() => http.stop());
    await http.start();

    expect((await fetch(`${http.url}/livez`)).status).toBe(200);
  },
);

test("a port that is taken is said in the words of the config, and nothing is left behind", async () => {
  const port = await takenPort();
  const { http, events } = makeControl({ host: "127.0.0.1", port });

  await expect(http.start()).rejects.toMatchObject({
    code: "CONTROL_PORT_TAKEN",
    message: expect.stringContaining(
      `Port ${port} on 127.0.0.1 is taken by another program. Set platform.control.port`,
    ),
  });
  await http.stop();
  expect(events.readers).toBe(0);
});

test("an address others could reach is refused", () => {
  const everywhere = { host: "0.0.0.0", port: 0 } as unknown as ControlConfig;

  expect(() => makeControl(everywhere)).toThrow('The control plane refuses to listen on "0.0.0.0"');
});

test("stopping cuts every connection, idle or busy, and frees the port", async () => {
  const { http, shop, post } = await openHttpControl();
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  await idleConnection(agent, `${http.url}/livez`);
  const asked = Promise.withResolvers<void>();
  const neverDone = Promise.withResolvers<never>();
  shop.reload = () => {
    asked.resolve();
    return neverDone.promise;
  };
  const busy = expect(post("/config/reload")).rejects.toMatchObject({ code: "ECONNRESET" });
  await asked.promise;
  const { port } = new URL(http.url ?? "");

  await http.stop();

  await busy;
  await listenOn(Number(port));
});

test("stop may be called before load, before start, and twice", async () => {
  const { http, events } = makeControl({ host: "127.0.0.1", port: 0 });

  await http.stop();
  await http.load();
  await http.stop();
  await http.stop();

  expect([http.url, events.readers]).toEqual([undefined, 0]);
});

function makeControl(config: ControlConfig) {
  const { control, clock, events, shop } = openControl();
  const health = new HealthRegistry({ clock, events, phase: () => shop.phase });
  return { http: new HttpControl({ control, health, clock, events, config }), events };
}

async function takenPort(): Promise<number> {
  const address = (await listenOn(0)).address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

function listenOn(port: number): Promise<Server> {
  const server = createServer();
  onTestFinished(() => void server.close());
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}

function idleConnection(agent: Agent, url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => response.resume().on("end", resolve)).on("error", reject);
  });
}
