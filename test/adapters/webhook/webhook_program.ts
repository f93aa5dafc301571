import { bullmqQueueKind } from "../../../src/adapters/bullmq_queue/index.ts";
import { type JournaledTransactions, JournalStore } from "../../../src/adapters/journal_sqlite/index.ts";
import { memoryQueueKind } from "../../../src/adapters/memory_queue/index.ts";
import { sqliteQueueKind } from "../../../src/adapters/sqlite_queue/index.ts";
import { webhookSourceKind } from "../../../src/adapters/webhook/index.ts";
import { done } from "../../../src/app_runtime/contracts/task_handler.ts";
import {
  type Infrastructure,
  type PlatformServices,
  RuntimeManager,
  serviceToken,
} from "../../../src/app_runtime/index.ts";

// Books what is posted to it into a queue of that configuration, until it is killed; or, told to hold, books nothing.
const [dataDir = "", port = "", queue = "{}", hold] = process.argv.slice(2);
const transactions = serviceToken<JournaledTransactions>("transactions");
const bookings = {
  owner: "bookings",
  steps: ["CREATE TABLE booking (task_id TEXT NOT NULL, item TEXT NOT NULL) STRICT"],
};

function infrastructure({ clock, events, provide }: PlatformServices): Infrastructure {
  const store = new JournalStore({ dataDir, migrations: [bookings], clock, events, keepSettledMs: 3_600_000 });
  provide(transactions, store.transactions);
  return { journal: store.journal, components: [store], contributors: [store.health] };
}

const runtime = new RuntimeManager({
  modules: [
    {
      name: "bookings",
      register(registry) {
        registry.queue("hooks", { capacity: 20, lease: "2s", ...JSON.parse(queue) });
        registry.source("hook", { adapter: "webhook", queue: "hooks", port: Number(port), path: "/hook" });
        registry.workers("hooks", { queue: "hooks", handler: "book", concurrency: 4 });
        registry.handler("book", {
          needs: [transactions],
          create: (database) => ({
            async handle(task, { unitOfWork }) {
              if (hold !== undefined) await new Promise(() => {});
              const { body } = task.payload as unknown as { readonly body: { readonly item: string } };
              const sql = "INSERT INTO booking (task_id, item) VALUES (?, ?)";
              await database.write([{ sql, params: [task.id, body.item] }], { alsoDone: unitOfWork });
              return done;
            },
          }),
        });
      },
    },
  ],
  kinds: [memoryQueueKind, sqliteQueueKind, bullmqQueueKind, webhookSourceKind()],
  config: { argv: ["--set", `platform.dataDir=${dataDir}`] },
  infrastructure,
});
await runtime.start();
