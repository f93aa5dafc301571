import { type IncomingHttpHeaders, request } from "node:http";
import { expect, onTestFinished } from "vitest";
import type { ServerLimits } from "../../../src/adapters/http_control/control_parts.ts";
import { HttpControl } from "../../../src/adapters/http_control/http_control.ts";
import { HealthRegistry } from "../../../src/app_runtime/health/api.ts";
import { openControl } from "../../app_runtime/control/controlled_shop.ts";

export interface Answer {
  readonly status: number;
  readonly type: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body read as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of any shape.
  readonly json: () => any;
}

export interface Ask {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The shop in miniature behind a real server on a free port; closed, and seen to be closed, after the test. */
export async function openHttpControl(limits: Partial<ServerLimits> = {}) {
  const shop = openControl();
  const { control, clock, events } = shop;
  const health = new HealthRegistry({ clock, events, phase: () => shop.shop.phase });
  const config = { host: "127.0.0.1", port: 0 } as const;
  const http = new HttpControl({ control, health, clock, events, config, limits });
  await http.load();
  await http.start();
  const port = Number(new URL(http.url ?? "").port);
  onTestFinished(async () => {
    await http.stop();
    expect({ url: http.url, readers: events.readers }).toEqual({ url: undefined, readers: 0 });
  });
  return {
    ...shop,
    health,
    http,
    port,
    get: (path: string, headers: Readonly<Record<string, string>> = {}) => ask(port, { path, headers }),
    post: (path: string, body: unknown = {}) =>
      ask(port, {
        method: "POST",
        path,
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    ask: (question: Ask) => ask(port, question),
  };
}

/** One request on its own connection; unlike fetch it may lie about Host and Origin. */
function ask(port: number, { method = "GET", path, headers = {}, body }: Ask): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const outgoing = request({ host: "127.0.0.1", port, method, path, headers, agent: false }, (incoming) => {
    let text = "";
    incoming.setEncoding("utf8");
    incoming.on("data", (chunk: string) => {
      text += chunk;
    });
    incoming.on("end", () =>
      resolve({
        status: incoming.statusCode ?? 0,
        type: incoming.headers["content-type"],
        headers: incoming.headers,
        text,
        json: () => JSON.parse(text),
      }),
    );
  });
  outgoing.on("error", reject);
  outgoing.end(body);
  return promise;
}
