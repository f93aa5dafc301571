import { writeSync } from "node:fs";
import { RedisCluster } from "../../../src/adapters/cluster_redis/index.ts";
import { type JournaledTransactions, JournalStore } from "../../../src/adapters/journal_sqlite/index.ts";
import { memoryQueueKind } from "../../../src/adapters/memory_queue/index.ts";
import { scheduleSourceKind } from "../../../src/adapters/schedule/index.ts";
import {
  type ApplicationModule,
  type DurationMs,
  done,
  type Infrastructure,
  type PlatformServices,
  RuntimeManager,
  serviceToken,
} from "../../../src/app_runtime/index.ts";
import { redisConfig } from "../cluster_redis/redis_config.ts";

// A runtime with a schedule of every second, one of several on a data directory or, where it is told the port of a Redis, in
// a cluster with a directory each. Every run is written down with its effect.
const [dataDir = "", redisPort] = process.argv.slice(2);
const leaseMs = 2_000;
const transactions = serviceToken<JournaledTransactions>("transactions");
const ledger = {
  owner: "ledger",
  steps: ["CREATE TABLE run (task_id TEXT NOT NULL, pid INTEGER NOT NULL, missed INTEGER NOT NULL) STRICT"],
};

const ledgerModule: ApplicationModule = {
  name: "ledger",
  register(registry) {
    registry.queue("ticks", { adapter: "memory" });
    registry.source("tick", { adapter: "schedule", queue: "ticks", every: "1s", missed: "all" });
    registry.workers("ticks", { queue: "ticks", handler: "write_down", concurrency: 1 });
    registry.handler("write_down", {
      needs: [transactions],
      create: (database) => ({
        async handle(task, context) {
          const { missed } = task.payload as { readonly missed: boolean };
          const sql = "INSERT INTO run (task_id, pid, missed) VALUES (?, ?, ?)";
          const params = [task.id, process.pid, missed ? 1 : 0];
          await database.write([{ sql, params }], { alsoDone: context.unitOfWork });
          writeSync(1, `${task.id}\n`);
          return done;
        },
      }),
    });
  },
};

function infrastructure({ platform, clock, events, provide }: PlatformServices): Infrastructure {
  const isCluster = redisPort !== undefined;
  const shared = isCluster ? {} : { shared: { leaseMs: platform.sharing.lease } };
  const keepSettledMs = 86_400_000;
  const store = new JournalStore({ dataDir, migrations: [ledger], clock, events, keepSettledMs, ...shared });
  provide(transactions, store.transactions);
  const cluster = isCluster ? clusterAt(Number(redisPort), store, clock) : undefined;
  const leases = cluster?.leases ?? store.leases;
  return {
    journal: store.journal,
    ...(leases && { leases }),
    components: cluster === undefined ? [store] : [store, cluster],
    contributors: [store.health],
  };
}

function clusterAt(port: number, { fences }: JournalStore, clock: PlatformServices["clock"]): RedisCluster {
  const config = { name: "ledger", lease: leaseMs as DurationMs, redis: redisConfig({ port }) };
  return new RedisCluster({ config, fences, clock });
}

const sharing = redisPort === undefined ? ["--set", "platform.sharing.mode=standby"] : [];
const settings = [`platform.dataDir=${dataDir}`, `platform.sharing.lease=${leaseMs}ms`];
const runtime = new RuntimeManager({
  modules: [ledgerModule],
  kinds: [scheduleSourceKind, memoryQueueKind],
  config: { argv: [...sharing, ...settings.flatMap((setting) => ["--set", setting])] },
  infrastructure,
});
await runtime.start();
writeSync(1, "started\n");
