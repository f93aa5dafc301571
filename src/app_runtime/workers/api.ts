export type { PoolStatus } from "./pool_status.ts";
export type { PoolCounts, PoolDefinition, PoolParts } from "./worker_pool.ts";
export { type WorkerConfig, workerSchema } from "./worker_schema.ts";
export { WorkerSupervisor } from "./worker_supervisor.ts";
