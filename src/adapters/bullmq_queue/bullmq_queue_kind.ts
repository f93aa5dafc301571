import type { Schema } from "../../app_runtime/contracts/config_schema.ts";
import { queueKind } from "../../app_runtime/contracts/unit_kind.ts";
import { redisPlace, redisSchema } from "../redis/index.ts";
import { bullmqQueueCapabilities } from "./capabilities.ts";

const bullmqQueueSchema = {
  redis: { doc: "Where the tasks are kept.", format: "section", of: redisSchema },
  prefix: {
    doc: "Runtimes with the same Redis, prefix and name of the queue share its tasks.",
    format: "nonempty",
    default: "app_runtime",
  },
} as const satisfies Schema;

/** `adapter: bullmq`: on Redis, for any number of runtimes on any number of machines. */
export const bullmqQueueKind = queueKind({
  kind: "bullmq",
  schema: bullmqQueueSchema,
  capabilities: bullmqQueueCapabilities,
  keptIn: ({ redis, prefix }, { name }) => `redis:${redisPlace(redis)} ${prefix}:${name}`,
  create: async ({ redis, prefix }, parts) => {
    const { BullmqQueue } = await import("./bullmq_queue.ts");
    return new BullmqQueue({ ...parts, redis, prefix });
  },
});
