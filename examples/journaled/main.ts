/** Letters become bookings, each exactly once: a journaled source, an effect in the transaction of `done`, a follow-up. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type ApplicationModule,
  type BlobId,
  done,
  type Infrastructure,
  type PlatformServices,
  platformTokens,
  RuntimeManager,
  reject,
  serviceToken,
} from "app_runtime";
import { BlobKeeper, FolderBlobStore } from "app_runtime/adapters/blob_folder";
import { type JournaledTransactions, JournalStore } from "app_runtime/adapters/journal_sqlite";
import { memoryQueueKind } from "app_runtime/adapters/memory_queue";
import { letterTrayKind } from "./letter_tray.ts";

const dayMs = 86_400_000;
const transactions = serviceToken<JournaledTransactions>("transactions");
const bookings = {
  owner: "bookkeeping",
  steps: ["CREATE TABLE booking (task_id TEXT PRIMARY KEY, amount INTEGER NOT NULL) STRICT"],
};
const insert = "INSERT INTO booking (task_id, amount) VALUES (?, ?)";

/** `receipts` gets a line per booking, from a follow-up task. */
function bookkeeping(tray: string, receipts: string[]): ApplicationModule {
  return {
    name: "bookkeeping",
    register(registry) {
      registry.queue("letters", { adapter: "memory" });
      registry.queue("receipts", { adapter: "memory" });
      registry.source("tray", { adapter: "letter_tray", queue: "letters", folder: tray });
      registry.workers("clerks", { queue: "letters", handler: "book", concurrency: 1 });
      registry.workers("printers", { queue: "receipts", handler: "print", concurrency: 1 });
      registry.handler("book", {
        needs: [transactions, platformTokens.blobs],
        create: (database, blobs) => ({
          async handle(task, context) {
            const { sha256 } = task.payload as { readonly sha256: BlobId };
            const amount = Number(Buffer.from(await blobs.get(sha256)).toString());
            if (!Number.isInteger(amount)) return reject("no amount in it");
            context.followUp("receipts", { id: `receipt:${task.id}`, kind: "receipt", payload: amount });
            // One transaction: a crash leaves the booking, the task's `done` and its follow-up, or nothing of them.
            await database.write([{ sql: insert, params: [task.id, amount] }], { alsoDone: context.unitOfWork });
            return done;
          },
        }),
      });
      registry.handler("print", {
        needs: [],
        create: () => ({
          handle(task) {
            receipts.push(`${task.id} ${task.payload}`);
            return done;
          },
        }),
      });
    },
  };
}

/** What lives as long as the runtime: the database that holds journal and bookings, and the letters' bytes. */
function infrastructure({ platform, clock, events, provide }: PlatformServices): Infrastructure {
  const { dataDir } = platform;
  const store = new JournalStore({ dataDir, migrations: [bookings], clock, events, keepSettledMs: 90 * dayMs });
  const folder = new FolderBlobStore({ directory: join(dataDir, "blobs"), maxBytes: 1_000_000 });
  const needed = (ids: readonly BlobId[]) => store.journal.blobsNeeded(ids);
  const keeper = new BlobKeeper({ folder, store: folder, needed, keepMs: 30 * dayMs, clock, events });
  provide(transactions, store.transactions);
  return { journal: store.journal, blobs: folder, components: [store, keeper], contributors: [store.health] };
}

/** One life of the application: until every letter in the tray is booked or given up, and every receipt is printed. */
async function run(title: string, place: string, letters: Readonly<Record<string, string>>): Promise<void> {
  const tray = join(place, "tray");
  await mkdir(tray, { recursive: true });
  for (const [name, text] of Object.entries(letters)) await writeFile(join(tray, name), text);

  const receipts: string[] = [];
  const runtime = new RuntimeManager({
    modules: [bookkeeping(tray, receipts)],
    kinds: [letterTrayKind, memoryQueueKind],
    config: { argv: ["--set", `platform.dataDir=${join(place, "data")}`] },
    infrastructure,
  });
  await runtime.start();
  while (isBusy(runtime)) await sleep(10);
  await runtime.stop("the tray is read");
  console.log(`${title}: ${receipts.join(", ")}; left in the tray: ${(await readdir(tray)).join(", ")}`);
}

function isBusy({ control }: RuntimeManager): boolean {
  const waiting = control.queues().some(({ stats }) => stats.waiting + stats.delayed + stats.leased > 0);
  return waiting || control.sources().some(({ status }) => status.inFlight > 0);
}

const place = await mkdtemp(join(tmpdir(), "journaled_"));
try {
  await run("first run", place, { ada: "12", bob: "30", cid: "thirty" });
  await run("second run, with the same letters and one more", place, { ada: "12", bob: "30", dora: "7" });
  using book = new DatabaseSync(join(place, "data/journal.sqlite"), { readOnly: true });
  const held = book.prepare("SELECT count(*) AS bookings, sum(amount) AS total FROM booking").get();
  console.log(`the book holds ${held?.bookings} bookings, ${held?.total} in all`);
} finally {
  await rm(place, { recursive: true, force: true });
}
