export type {
  CancelOptions,
  Lane,
  LaneParts,
  Letter,
  ProcessEnd,
  ProcessEngine,
  ProcessEntry,
  ProcessHostSettings,
  Pulse,
  SpawnRequest,
  WhenFull,
} from "./lane.ts";
export type { NameTable } from "./name_table.ts";
export { NativeEngine } from "./native_lane.ts";
export {
  type NativeInput,
  type NativeSelf,
  type NativeStep,
  nativeEntry,
  type StateMachine,
} from "./native_process.ts";
export { NumberBlocks } from "./number_blocks.ts";
export { LaneLostError, ProcessRefusedError } from "./process_errors.ts";
export type { ProcessEvent } from "./process_event.ts";
export type { ProcessHost } from "./process_host.ts";
export { type ProcessHandle, ProcessRuntime, type ProcessRuntimeParts, type SendAnswer } from "./process_runtime.ts";
export { SharedNames } from "./shared_names.ts";
