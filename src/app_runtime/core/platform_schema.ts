import type { ConfigOf, Schema } from "../contracts/config_schema.ts";

const shutdownSchema = {
  deadline: {
    doc: "How long a shutdown may take. Handlers may finish during the first 80 % of it; what is left is put back.",
    format: "duration",
    min: "1s",
    default: "30s",
  },
} as const satisfies Schema;

const restartSchema = {
  maxRestarts: {
    doc: "A unit that fails is restarted at most this often ...",
    format: "count",
    default: 5,
    restart: true,
  },
  within: {
    doc: "... within this time; then it is failed, and the others go on.",
    format: "duration",
    default: "1m",
    restart: true,
  },
  initialDelay: {
    doc: "Pause before the first restart; it doubles.",
    format: "duration",
    default: "200ms",
    restart: true,
  },
  maxDelay: { doc: "Longest pause between two restarts.", format: "duration", default: "10s", restart: true },
} as const satisfies Schema;

const sharingSchema = {
  mode: {
    doc: "`exclusive`: a second runtime on this data directory is refused. `standby`: several runtimes on this machine share it; one works each mailbox, the others stand by and take over. All of them must say standby.",
    format: ["exclusive", "standby"],
    default: "exclusive",
    restart: true,
  },
  lease: {
    doc: "In standby mode: how long a runtime that does not renew its lease keeps others waiting; it renews every third of it. The same for all that share.",
    format: "duration",
    min: "1s",
    max: "10m",
    default: "15s",
    restart: true,
  },
} as const satisfies Schema;

/** The runtime's own settings: `platform:`. */
export const platformSchema = {
  name: {
    doc: "Name of this deployment, in logs, traces and on /status.",
    format: "nonempty",
    default: "app-runtime",
    restart: true,
  },
  dataDir: {
    doc: "Directory for everything it keeps, on a local disk; one runtime per directory unless `sharing` says otherwise.",
    format: "path",
    default: "./data",
    restart: true,
  },
  sharing: {
    doc: "Whether other runtimes on this machine may use the same data directory.",
    format: "section",
    of: sharingSchema,
  },
  watchConfig: {
    doc: "Whether a changed config file is applied at once; SIGHUP applies it always.",
    format: "boolean",
    default: true,
    restart: true,
  },
  shutdown: { doc: "How the runtime stops.", format: "section", of: shutdownSchema },
  restart: { doc: "How units that fail are restarted.", format: "section", of: restartSchema },
  propagation: {
    doc: "Whether a worker's trace links to its source's trace or continues it.",
    format: ["link", "parent"],
    default: "parent",
    restart: true,
  },
} as const satisfies Schema;

export type PlatformConfig = ConfigOf<typeof platformSchema>;
