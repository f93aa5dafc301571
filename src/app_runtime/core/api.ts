/** What tests of applications may use of the core. */
export { RuntimeManager } from "./runtime_manager.ts";
export type { RuntimeParts } from "./runtime_parts.ts";
