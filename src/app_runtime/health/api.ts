/** What other rooms and adapters may use of health. */
export { EventLoopWatch, type EventLoopWatchParts } from "./event_loop_watch.ts";
export { HealthContributorTakenError, HealthRegistry, type HealthRegistryParts } from "./health_registry.ts";
export type { HealthCheck, HealthReport, HealthTransition, HealthVerdict } from "./health_report.ts";
export type { RuntimePhase } from "./runtime_phase.ts";
