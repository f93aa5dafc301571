import { type RedisConfig, redisSchema } from "../../../src/adapters/redis/index.ts";
import { parsedConfig } from "../../support/parsed_config.ts";

export function redisConfig(server: { readonly port: number }): RedisConfig {
  return parsedConfig(redisSchema, { host: "127.0.0.1", port: server.port, answerTimeout: "1s", connectTimeout: "1s" });
}
