export { BoundedPublisher } from "./bounded_publisher.ts";
export { Consumer } from "./consumer.ts";
export { DeadLetters } from "./dead_letters.ts";
export { queueHealth } from "./queue_health.ts";
export { type QueueConfig, queueSchema, queueSettings, retryPolicy } from "./queue_schema.ts";
export { decideRetry, type RetryPolicy } from "./retry_policy.ts";
