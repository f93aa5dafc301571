import type { ConfigOf, Schema } from "../../app_runtime/contracts/config_schema.ts";

/** `platform.log`. */
export const logSchema = {
  level: {
    doc: "The least important lines that are written. `debug` has several for every task.",
    format: ["debug", "info", "warn", "error"],
    default: "info",
    restart: true,
  },
  format: {
    doc: "`json` writes one JSON object per line, `text` a short line for people; `auto` is text on a terminal and json elsewhere.",
    format: ["auto", "json", "text"],
    default: "auto",
    restart: true,
  },
  file: {
    doc: "File to append to; its directory is made when it is missing. Without it the log goes to standard output.",
    format: "path",
    default: null,
    optional: true,
    restart: true,
  },
} as const satisfies Schema;

export type LogConfig = ConfigOf<typeof logSchema>;
