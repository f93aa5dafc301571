import type { ConfigOf, Schema } from "../../app_runtime/contracts/config_schema.ts";
import { redisSchema } from "../redis/index.ts";

/** A queue follows a change of its Redis at once; a cluster does not. */
function afterRestart<S extends Schema>(schema: S): S {
  const keys = Object.entries(schema).map(([name, key]) => [
    name,
    "of" in key && key.format === "section" ? { ...key, of: afterRestart(key.of) } : { ...key, restart: true },
  ]);
  return Object.fromEntries(keys) as S;
}

/** `platform.cluster`. */
export const clusterSchema = {
  name: {
    doc: "Runtimes that say the same name on the same Redis belong together: one of them works each source, and each lists all.",
    format: "nonempty",
    default: "default",
    restart: true,
  },
  lease: {
    doc: "How long a runtime that does not renew its lease keeps others waiting; it renews every third of it. The same for all.",
    format: "duration",
    min: "1s",
    max: "10m",
    default: "15s",
    restart: true,
  },
  redis: {
    doc: "The Redis they meet at. Absent: this runtime belongs to no cluster.",
    format: "section",
    of: afterRestart(redisSchema),
    optional: true,
  },
} as const satisfies Schema;

export type ClusterConfig = ConfigOf<typeof clusterSchema>;
