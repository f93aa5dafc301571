import { RedisUnfitError } from "./redis_errors.ts";

/** What matters of the server's INFO. */
export interface RedisFacts {
  readonly version: string;
  /** Another one after each start: what was not on disk is gone. */
  readonly runId: string;
  readonly isReplica: boolean;
  readonly evictionPolicy: string;
  readonly keepsOnDisk: boolean;
}

const oldest = [6, 2] as const;

export function readFacts(info: string): RedisFacts {
  const fields = new Map(info.split(/\r?\n/).map((line) => line.split(/:(.*)/, 2) as [string, string]));
  return {
    version: fields.get("redis_version") ?? "unknown",
    runId: fields.get("run_id") ?? "",
    isReplica: fields.get("role") === "slave",
    evictionPolicy: fields.get("maxmemory_policy") ?? "noeviction",
    keepsOnDisk: fields.get("aof_enabled") === "1",
  };
}

/** @throws {RedisUnfitError} when what is stored there could get lost, or the server is too old. */
export function refuseUnfit(address: string, facts: RedisFacts): void {
  const [major = 0, minor = 0] = facts.version.split(".").map(Number);
  if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
    throw new RedisUnfitError(
      address,
      `it is version ${facts.version}, and ${oldest.join(".")} is the oldest that can be used.`,
    );
  }
  if (facts.evictionPolicy !== "noeviction") {
    throw new RedisUnfitError(
      address,
      `its maxmemory-policy is ${facts.evictionPolicy}, so it throws away tasks when its memory is full. Set it to noeviction.`,
    );
  }
  if (facts.isReplica) throw new RedisUnfitError(address, "it is a replica and takes no writes. Name its primary.");
}
