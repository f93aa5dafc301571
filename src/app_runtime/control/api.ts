/** What other rooms and adapters may use of the control plane. */
export {
  ControlPlaneService,
  ControlRefusedError,
  type ControlStatus,
  type PauseResult,
} from "./control_plane_service.ts";
export type {
  ConfigEntry,
  ConfigReload,
  ConfigView,
  ControlledConfig,
  ControlledPool,
  ControlledQueue,
  ControlledSource,
  ControlTargets,
  DeadLetterBox,
  Pausable,
  PoolView,
  QueueView,
  RuntimeView,
  SourceView,
} from "./control_ports.ts";
export { type ControlledRole, type ControlledUnit, ControlUnitUnknownError } from "./controlled_unit.ts";
export type { BulkResult, BulkSelection, DeadLetterPage } from "./dead_letter_actions.ts";
export type { DeadLetterFilter } from "./dead_letter_filter.ts";
export { FilePauseStore, PauseFileError } from "./file_pause_store.ts";
export { PauseBook } from "./pause_book.ts";
export type { Pause, PauseStore } from "./pause_store.ts";
