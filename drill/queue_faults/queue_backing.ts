import { join } from "node:path";
import { type Redis, startRedis } from "../../test/support/redis.ts";
import { TcpProxy } from "../../test/support/tcp_proxy.ts";
import type { ConfigTree } from "../bot_config.ts";

export type BackingName = "sqlite" | "bullmq";

/** Where a queue that several processes share keeps its tasks. */
export interface QueueBacking extends AsyncDisposable {
  /** What stands below `queues.<name>`. */
  readonly config: ConfigTree;
  /** Only of a queue over Redis. */
  readonly redis?: Redis;
  /** Stands before it. */
  readonly proxy?: TcpProxy;
}

export interface BackingOptions {
  /** Where a file of its own goes; absent: where the runtimes keep their data. */
  readonly directory?: string;
  /** Of Redis; default: "aof". */
  readonly persistence?: "aof" | "none";
  readonly directives?: readonly string[];
}

export async function openBacking(name: BackingName, options: BackingOptions): Promise<QueueBacking> {
  return name === "sqlite" ? sqliteBacking(options) : await redisBacking(options);
}

function sqliteBacking({ directory }: BackingOptions): QueueBacking {
  return {
    config: { adapter: "sqlite", ...(directory !== undefined && { file: join(directory, "queue.sqlite") }) },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

async function redisBacking({ persistence = "aof", directives = [] }: BackingOptions): Promise<QueueBacking> {
  await using undo = new AsyncDisposableStack();
  const redis = undo.adopt(await startRedis({ persistence, directives }), (server) => server.stop());
  const proxy = undo.adopt(await TcpProxy.to({ host: redis.host, port: redis.port }), (server) => server.stop());
  const all = undo.move();
  return {
    config: { adapter: "bullmq", redis: { host: proxy.host, port: proxy.port } },
    redis,
    proxy,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
