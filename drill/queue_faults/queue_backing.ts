import { join } from "node:path";
import { type Redis, startRedis } from "../../test/support/redis.ts";
import { TcpProxy } from "../../test/support/tcp_proxy.ts";
import type { ConfigTree } from "../bot_config.ts";
import { SmallDisk } from "./small_disk.ts";

export type BackingName = "sqlite" | "bullmq";

/** Where a queue that several processes share keeps its tasks. */
export interface QueueBacking extends AsyncDisposable {
  /** What stands below `queues.<name>`. */
  readonly config: ConfigTree;
  /** Only of a queue over Redis. */
  readonly redis?: Redis;
  /** Stands before it. */
  readonly proxy?: TcpProxy;
  /** Where it keeps them, when that was asked for. */
  readonly disk?: SmallDisk;
}

export interface BackingOptions {
  /** Where a file of its own goes; absent: where the runtimes keep their data. */
  readonly directory?: string;
  /** Of Redis; default: "aof". */
  readonly persistence?: "aof" | "none";
  readonly directives?: readonly string[];
  /** It writes to a disk of its own, of that size: "8m". Needs `directory`. */
  readonly disk?: string;
}

/** @throws {MountRefusedError} when a disk is asked for where nobody may mount one. */
export async function openBacking(name: BackingName, options: BackingOptions): Promise<QueueBacking> {
  await using undo = new AsyncDisposableStack();
  const disk = mounted(options);
  if (disk !== undefined) undo.defer(() => disk.unmount());
  const backing = undo.use(name === "sqlite" ? sqliteBacking(options, disk) : await redisBacking(options, disk));
  const all = undo.move();
  return { ...backing, ...(disk && { disk }), [Symbol.asyncDispose]: () => all.disposeAsync() };
}

function mounted({ disk, directory }: BackingOptions): SmallDisk | undefined {
  if (disk === undefined || directory === undefined) return undefined;
  return SmallDisk.mount(join(directory, "disk"), disk);
}

function sqliteBacking({ directory }: BackingOptions, disk: SmallDisk | undefined): QueueBacking {
  const place = disk?.path ?? directory;
  return {
    config: { adapter: "sqlite", ...(place !== undefined && { file: join(place, "queue.sqlite") }) },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

async function redisBacking(
  { persistence = "aof", directives = [] }: BackingOptions,
  disk: SmallDisk | undefined,
): Promise<QueueBacking> {
  await using undo = new AsyncDisposableStack();
  const place = disk === undefined ? [] : [`dir ${disk.path}`];
  const options = { persistence, directives: [...directives, ...place] };
  const redis = undo.adopt(await startRedis(options), (server) => server.stop());
  const proxy = undo.adopt(await TcpProxy.to({ host: redis.host, port: redis.port }), (server) => server.stop());
  const all = undo.move();
  return {
    config: { adapter: "bullmq", redis: { host: proxy.host, port: proxy.port } },
    redis,
    proxy,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
