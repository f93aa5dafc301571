import { parseDuration } from "../../src/app_runtime/base/duration.ts";
import { parseSize } from "../../src/app_runtime/base/size.ts";
import type { ConfigOf, Schema } from "../../src/app_runtime/contracts/config_schema.ts";

/** A config as a file would give it: `pollInterval: "20ms"`. */
export type Written<S extends Schema> = Readonly<Partial<Record<keyof ConfigOf<S>, string | number | boolean>>>;

/** The config as a unit gets it; what is left out has the schema's default. */
export function parsedConfig<S extends Schema>(schema: S, written: Written<S>): ConfigOf<S> {
  const entries = Object.entries(schema).flatMap(([name, key]) => {
    const value = written[name as keyof Written<S>] ?? ("default" in key ? key.default : null);
    return value === null ? [] : [[name, parsed(key.format, value)]];
  });
  return Object.fromEntries(entries) as ConfigOf<S>;
}

function parsed(format: unknown, value: unknown): unknown {
  if (format === "duration") return parseDuration(String(value));
  return format === "size" ? parseSize(String(value)) : value;
}
