export type { PoolCounts, PoolDefinition, PoolParts } from "./worker_pool.ts";
export { type WorkerConfig, workerSchema } from "./worker_schema.ts";
export { type PoolStatus, WorkerSupervisor } from "./worker_supervisor.ts";
