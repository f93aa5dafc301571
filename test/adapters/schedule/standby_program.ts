import { writeSync } from "node:fs";
import { type JournaledTransactions, JournalStore } from "../../../src/adapters/journal_sqlite/index.ts";
import { memoryQueueKind } from "../../../src/adapters/memory_queue/index.ts";
import { scheduleSourceKind } from "../../../src/adapters/schedule/index.ts";
import {
  type ApplicationModule,
  done,
  type Infrastructure,
  type PlatformServices,
  RuntimeManager,
  serviceToken,
} from "../../../src/app_runtime/index.ts";

// A runtime with a schedule of every second, one of several on a data directory. Each run is written down with its effect.
const [dataDir = ""] = process.argv.slice(2);
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
  const shared = { leaseMs: platform.sharing.lease };
  const store = new JournalStore({ dataDir, migrations: [ledger], clock, events, keepSettledMs: 86_400_000, shared });
  provide(transactions, store.transactions);
  return {
    journal: store.journal,
    ...(store.leases && { leases: store.leases }),
    components: [store],
    contributors: [store.health],
  };
}

const sharing = ["--set", "platform.sharing.mode=standby", "--set", "platform.sharing.lease=3s"];
const runtime = new RuntimeManager({
  modules: [ledgerModule],
  kinds: [scheduleSourceKind, memoryQueueKind],
  config: { argv: ["--set", `platform.dataDir=${dataDir}`, ...sharing] },
  infrastructure,
});
await runtime.start();
writeSync(1, "started\n");
