import { type ImapConfig, imapSchema } from "../../../src/adapters/imap/imap_schema.ts";
import { parseDuration } from "../../../src/app_runtime/base/duration.ts";
import { parseSize } from "../../../src/app_runtime/base/size.ts";

/** A config as a file would give it: `pollInterval: "20ms"`; what is left out has the schema's default. */
export type WrittenConfig = Readonly<Partial<Record<keyof ImapConfig, string | number | boolean>>>;

/** The parsed config of a source that polls fast and does not wait long. */
export function imapConfig(written: WrittenConfig): ImapConfig {
  const impatient: WrittenConfig = {
    security: "none",
    mode: "poll",
    pollInterval: "20ms",
    settleDelay: "5ms",
    socketTimeout: "5s",
    reconnectMin: "5ms",
    reconnectMax: "40ms",
  };
  const all: WrittenConfig = { ...impatient, ...written };
  const entries = Object.entries(imapSchema).flatMap(([name, key]) => {
    const value = all[name as keyof ImapConfig] ?? key.default;
    return value === null ? [] : [[name, parsed(key.format, value)]];
  });
  return Object.fromEntries(entries) as ImapConfig;
}

function parsed(format: unknown, value: string | number | boolean): unknown {
  if (format === "duration") return parseDuration(String(value));
  return format === "size" ? parseSize(String(value)) : value;
}
