import { type ImapConfig, imapSchema } from "../../../src/adapters/imap/imap_schema.ts";
import { parsedConfig, type Written } from "../../support/parsed_config.ts";

/** A config as a file would give it: `pollInterval: "20ms"`; what is left out has the schema's default. */
export type WrittenConfig = Written<typeof imapSchema>;

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
  return parsedConfig(imapSchema, { ...impatient, ...written });
}
