/** A shop's webhook: signed orders come in over HTTP, each becomes one task, however often it is sent. */
import { createHmac } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ApplicationModule, done, type Infrastructure, type PlatformServices, RuntimeManager } from "app_runtime";
import { JournalStore } from "app_runtime/adapters/journal_sqlite";
import { memoryQueueKind } from "app_runtime/adapters/memory_queue";
import { webhookSourceKind } from "app_runtime/adapters/webhook";

const secret = "a secret that shop and runtime share";

const taken: string[] = [];

const orders: ApplicationModule = {
  name: "orders",
  register(registry) {
    registry.queue("orders", { adapter: "memory" });
    registry.source("shop", {
      adapter: "webhook",
      queue: "orders",
      port: 0, // any that is free
      path: "/hooks/orders",
      secrets: [secret], // in a file: ["${secret:shop}"]
      signature: { scheme: "github" },
      task: { kind: "order.placed", orderKeyFrom: "/customer" },
    });
    registry.workers("clerks", { queue: "orders", handler: "take_order", concurrency: 1 });
    registry.handler("take_order", {
      needs: [],
      create: () => ({
        handle(task) {
          const { body } = task.payload as { readonly body: { readonly item: string } };
          taken.push(`taken: ${body.item} for ${task.orderKey} (task ${task.id})`);
          return done;
        },
      }),
    });
  },
};

/** Its rows are what makes a delivery that comes again no second task, also after a restart. */
function infrastructure({ platform, clock, events }: PlatformServices): Infrastructure {
  const store = new JournalStore({
    dataDir: platform.dataDir,
    migrations: [],
    clock,
    events,
    keepSettledMs: 90 * 86_400_000,
  });
  return { journal: store.journal, components: [store], contributors: [store.health] };
}

/** What a sender does. */
async function send(url: string, id: string, order: object, key = secret): Promise<void> {
  const body = JSON.stringify(order);
  const digest = createHmac("sha256", key).update(body).digest("hex");
  const headers = {
    "content-type": "application/json",
    "x-github-delivery": id,
    "x-hub-signature-256": `sha256=${digest}`,
  };
  const answer = await fetch(url, { method: "POST", headers, body });
  const said = (await answer.json()) as { readonly taskId?: string; readonly detail?: string };
  console.log(`sender: ${answer.status} ${said.taskId ?? said.detail}`);
}

const dataDir = await mkdtemp(join(tmpdir(), "webhook_"));
const runtime = new RuntimeManager({
  modules: [orders],
  kinds: [memoryQueueKind, webhookSourceKind()],
  config: { argv: ["--set", `platform.dataDir=${dataDir}`] },
  infrastructure,
});
try {
  await runtime.start();
  const url = String(runtime.control.sources()[0]?.status.facts.url);
  await send(url, "delivery-1", { item: "12 chairs", customer: "ada" });
  await send(url, "delivery-1", { item: "12 chairs", customer: "ada" });
  await send(url, "delivery-1", { item: "99 chairs", customer: "ada" });
  await send(url, "delivery-2", { item: "one table", customer: "bob" }, "another secret");
  await send(url, "delivery-3", { item: "one table", customer: "bob" });
} finally {
  await runtime.stop("the orders are taken");
  console.log(taken.join("\n"));
  await rm(dataDir, { recursive: true, force: true });
}
