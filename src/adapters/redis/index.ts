export { redisPlace } from "./redis_address.ts";
export { RedisConnection } from "./redis_connection.ts";
export { RedisFullError, RedisUnreachableError } from "./redis_errors.ts";
export type { RedisFacts } from "./redis_facts.ts";
export { type RedisConfig, redisSchema } from "./redis_schema.ts";
