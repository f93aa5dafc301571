import { join, resolve } from "node:path";
import { type QueuePlace, queueKind } from "../../app_runtime/contracts/unit_kind.ts";
import { sqliteQueueCapabilities } from "./capabilities.ts";
import { sqliteQueueSchema } from "./sqlite_queue_schema.ts";

/** `adapter: sqlite`: durable on one machine, with no server. */
export const sqliteQueueKind = queueKind({
  kind: "sqlite",
  schema: sqliteQueueSchema,
  capabilities: sqliteQueueCapabilities,
  keptIn: ({ file }, place) => `sqlite:${resolve(file ?? ownFile(place))}`,
  create: async ({ file, durability }, { name, settings, clock, events, dataDir }) => {
    const { SqliteQueue } = await import("./sqlite_queue.ts");
    return new SqliteQueue({
      name,
      settings,
      clock,
      events,
      file: file ?? ownFile({ name, dataDir }),
      makesDirectory: file === undefined,
      survivesMachine: durability === "machine",
    });
  },
});

function ownFile({ name, dataDir }: QueuePlace): string {
  return join(dataDir, "queues", `${name}.sqlite`);
}
