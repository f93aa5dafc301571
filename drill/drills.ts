import type { Drill } from "./drill.ts";
import { kill } from "./drills/kill.ts";

/** All drills, the quick ones first. */
export const drills: readonly Drill[] = [kill];
