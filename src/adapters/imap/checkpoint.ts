import type { JsonValue } from "../../app_runtime/contracts/task.ts";

/** What the source remembers of its folder from run to run. */
export interface Checkpoint {
  readonly uidValidity: string;
  /** Mails that arrived before are none of ours; milliseconds since 1970 UTC. */
  readonly floor: number;
}

/** Undefined for anything that is not a checkpoint: the folder then counts as never seen. */
export function readCheckpoint(value: JsonValue | undefined): Checkpoint | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const uidValidity: unknown = Reflect.get(value, "uidValidity");
  const floor: unknown = Reflect.get(value, "floor");
  return typeof uidValidity === "string" && typeof floor === "number" ? { uidValidity, floor } : undefined;
}

/**
 * The floor is set on the first start and moves only back: a later start after a long outage must not skip what arrived
 * meanwhile, and a raised `since` reaches further back.
 */
export function nextCheckpoint(
  last: Checkpoint | undefined,
  now: { readonly uidValidity: string; readonly wallNow: number; readonly sinceMs: number },
): Checkpoint {
  const reach = now.wallNow - now.sinceMs;
  return { uidValidity: now.uidValidity, floor: Math.min(last?.floor ?? reach, reach) };
}
