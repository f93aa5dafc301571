export type {
  CancelOptions,
  CarriedValue,
  Lane,
  LaneListener,
  LaneParts,
  Letter,
  ProcessEnd,
  ProcessEngine,
  ProcessEntry,
  ProcessHostSettings,
  Pulse,
  SpawnRequest,
} from "./lane.ts";
export type { NameTable } from "./name_table.ts";
export { NumberBlocks } from "./number_blocks.ts";
export { parsePid } from "./pid.ts";
export { LaneLostError, ProcessRefusedError } from "./process_errors.ts";
export { SharedNames } from "./shared_names.ts";
