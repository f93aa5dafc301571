import { createHash } from "node:crypto";
import type { Redis } from "ioredis";

/** A script that Redis runs as one step. It is sent once; then its hash is enough. */
export class LuaScript {
  readonly #source: string;
  readonly #sha: string;

  constructor(source: string) {
    this.#source = source;
    this.#sha = createHash("sha1").update(source).digest("hex");
  }

  async run(client: Redis, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    try {
      return await client.evalsha(this.#sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!/^NOSCRIPT/.test(String((error as Error).message))) throw error;
      return await client.eval(this.#source, keys.length, ...keys, ...args);
    }
  }
}

/** Begins every script: numbers as text, for Lua would round them, and the time of the server, which is everybody's. */
export const luaPrelude = `
local function text(number) return string.format("%.0f", number) end
local time = redis.call("TIME")
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
`;
