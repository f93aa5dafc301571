/**
 * A runtime in miniature, as a node process of its own: works a source under a lease in Redis, and says with the time of the
 * machine whenever it may act. Arguments: port of Redis, cluster, duration of a lease in milliseconds.
 */
import { writeSync } from "node:fs";
import { ClusterLink } from "../../../src/adapters/cluster_redis/cluster_link.ts";
import { RedisLeases } from "../../../src/adapters/cluster_redis/redis_leases.ts";
import { SystemClock } from "../../../src/app_runtime/base/clock.ts";
import type { SourceFences, Tenure } from "../../../src/app_runtime/contracts/lease.ts";
import type { Publisher } from "../../../src/app_runtime/contracts/publisher.ts";
import type { TaskSource } from "../../../src/app_runtime/contracts/task_source.ts";
import { LeasedSource } from "../../../src/app_runtime/leases/api.ts";
import { redisConfig } from "./redis_config.ts";

const [port, cluster, lease] = process.argv.slice(2);
const clock = new SystemClock();
const durationMs = Number(lease);
const link = new ClusterLink({
  config: redisConfig({ port: Number(port) }),
  cluster: String(cluster),
  clock,
  answerMs: durationMs / 4,
});

let isAllowed = () => false;
let token = 0;
const fences: SourceFences = {
  allow: (_source, asked) => {
    isAllowed = asked;
  },
  wasElsewhere: async () => true,
  begins: async () => undefined,
};
class Leases extends RedisLeases {
  override fence(source: string, tenure: Tenure | undefined): void {
    token = tenure?.claim.token ?? 0;
    super.fence(source, tenure);
  }
}

function say(word: string): void {
  writeSync(1, `${word} ${token} ${process.hrtime.bigint() / 1_000_000n}\n`);
}

const status = { state: "running", backlog: 0, inFlight: 0, published: 0, settled: 0, facts: {} } as const;
let acting: NodeJS.Timeout | undefined;
const inner: TaskSource = {
  name: "inbox",
  start: async () => {
    acting = setInterval(() => isAllowed() && say("act"), 5);
  },
  quiesce: async () => undefined,
  stop: async () => clearInterval(acting),
  pause: () => undefined,
  resume: () => undefined,
  trigger: () => undefined,
  status: () => status,
  health: () => ({ state: "pass" }),
};

const source = new LeasedSource({
  name: "inbox",
  lease: "imap:orders:INBOX",
  store: new Leases({ link, fences, clock, durationMs }),
  clock,
  events: { heard: false, emit: () => undefined, subscribe: () => ({ [Symbol.dispose]: () => undefined }) },
  handover: { taken: async () => undefined, given: async () => undefined },
  publisher: () => ({}) as Publisher, // nothing is published here
  make: async () => inner,
});

await link.open();
await source.start();
say("ready");
process.on("SIGTERM", async () => {
  await source.stop(new AbortController().signal);
  await link.close();
});
