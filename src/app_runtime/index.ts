/** The public face of the platform: contracts for applications and adapters, and the runtime that runs them. */
export type { Clock } from "./base/clock.ts";
export { SystemClock } from "./base/clock.ts";
export { type DurationMs, formatDuration, parseDuration } from "./base/duration.ts";
export { type FailureClass, messageOf, RuntimeError } from "./base/runtime_error.ts";
export { type Bytes, formatSize, parseSize } from "./base/size.ts";
export { ConfigInvalidError, type ConfigSnapshot, type ReloadOutcome, renderOutcome } from "./config/api.ts";
export { AccessTokenError, type AccessTokens } from "./contracts/access_tokens.ts";
export type {
  ApplicationModule,
  HandlerRecipe,
  ModuleRegistry,
  Recipe,
  ServicesOf,
  ServiceToken,
  UnitDefaults,
} from "./contracts/application_module.ts";
export { serviceToken } from "./contracts/application_module.ts";
export {
  type BlobId,
  BlobMissingError,
  type BlobRef,
  type BlobStore,
  BlobTooLargeError,
} from "./contracts/blob_store.ts";
export type { Component } from "./contracts/component.ts";
export type {
  ConfigLayer,
  ConfigNode,
  ConfigPlace,
  ConfigProblem,
  ConfigProvider,
} from "./contracts/config_provider.ts";
export type { ConfigOf, Schema, SchemaKey } from "./contracts/config_schema.ts";
export { type DeadLetter, type DeadLetterReason, DeadLetterUnknownError } from "./contracts/dead_letter.ts";
export { type Delivery, LeasedDelivery, type LeaseToken } from "./contracts/delivery.ts";
export { FollowUpIdTakenError, FollowUpRefusedError, followUpSource, isFollowUpSource } from "./contracts/follow_up.ts";
export type { HealthContributor, HealthFinding, HealthState } from "./contracts/health_contributor.ts";
export {
  type HandOutCount,
  type Journal,
  type JournalOffer,
  type JournalRow,
  JournalRowMissingError,
  type JournalState,
  type JournalVerdict,
  type UnitOfWork,
  UnitOfWorkClosedError,
} from "./contracts/journal.ts";
export {
  type LeaseClaim,
  LeaseFencedError,
  type LeaseNotes,
  type LeaseRow,
  type LeaseStore,
  type SourceFences,
  type SourceSuccession,
  type Tenure,
} from "./contracts/lease.ts";
export type { Peer, PeerCard, PeerStore, PeersView, ToldCard } from "./contracts/peers.ts";
export { platformTokens } from "./contracts/platform_tokens.ts";
export type { Publisher } from "./contracts/publisher.ts";
export type {
  EventChannel,
  RuntimeEvent,
  RuntimeEventBody,
  RuntimeEventKind,
  ShutdownReport,
} from "./contracts/runtime_event.ts";
export type { JsonValue, Task, TaskDraft, TaskId, TraceCarrier } from "./contracts/task.ts";
export { type AbortReason, TaskAbortedError, TaskInvalidError } from "./contracts/task_errors.ts";
export { done, type Outcome, reject, retry, type TaskContext, type TaskHandler } from "./contracts/task_handler.ts";
export {
  LeaseLostError,
  type NackOptions,
  type PublishResult,
  type QueueCapability,
  QueueClosedError,
  type QueueSettings,
  type QueueStats,
  type TaskQueue,
} from "./contracts/task_queue.ts";
export type { SourceStatus, TaskSource } from "./contracts/task_source.ts";
export type { Trace, TraceAttributes, TraceFactory } from "./contracts/trace_factory.ts";
export {
  type HandlerKind,
  type KeyObjection,
  type QueueKind,
  type QueueParts,
  queueKind,
  type SourceKind,
  type SourceNote,
  type SourceParts,
  sourceKind,
  type UnitKind,
  type UnitParts,
} from "./contracts/unit_kind.ts";
export type { Worker, WorkerState } from "./contracts/worker.ts";
export { describeConfig } from "./core/describe_config.ts";
export { readConfig } from "./core/read_config.ts";
export { RuntimeManager } from "./core/runtime_manager.ts";
export type { ConfigSources, Infrastructure, PlatformServices, RuntimeParts } from "./core/runtime_parts.ts";
export { exitCodes, handleSignals } from "./core/signals.ts";
export { LeasedComponent, type LeasedPart } from "./leases/api.ts";
export {
  type CancelOptions,
  NativeEngine,
  type NativeInput,
  type NativeSelf,
  type NativeStep,
  nativeEntry,
  type ProcessEnd,
  type ProcessEngine,
  type ProcessEntry,
  type ProcessEvent,
  type ProcessHandle,
  type ProcessHost,
  type ProcessHostSettings,
  ProcessRefusedError,
  ProcessRuntime,
  type ProcessRuntimeParts,
  type SendAnswer,
  type StateMachine,
} from "./processes/api.ts";
