/**
 * The house as a table: who may import whom. Everything in it is a name of a folder under src/ or of a package. A folder
 * that is not listed here fails the check: a new room gets its doors on the day it is made.
 */

/** The rooms of src/app_runtime. `rooms` names those whose api.ts it may import; the order makes circles impossible. */
export const rooms: Readonly<Record<string, Room>> = {
  container: { rooms: [], packages: ["inversify", "reflect-metadata"] },
  config: { rooms: [], packages: ["convict", "yaml"] },
  tracing: { rooms: [], packages: ["@opentelemetry/api"] },
  queue: { rooms: [], packages: [] },
  health: { rooms: [], packages: [] },
  leases: { rooms: [], packages: [] },
  intake: { rooms: [], packages: [] },
  workers: { rooms: ["queue"], packages: [] },
  processes: { rooms: [], packages: [] },
  control: { rooms: ["queue", "health", "workers"], packages: [] },
  peers: { rooms: ["control"], packages: [] },
  core: {
    rooms: ["container", "config", "tracing", "queue", "health", "workers", "control", "leases", "peers"],
    packages: [],
  },
  testing: { rooms: ["config", "tracing", "queue", "workers", "core"], packages: [] },
};

/** The folders of src/adapters. `rooms` are those it serves, `drivers` the adapters it stands on: of those it may import the index.ts. */
export const adapters: Readonly<Record<string, Adapter>> = {
  blob_folder: { rooms: [], packages: [] },
  cluster_redis: { rooms: [], packages: ["ioredis"], drivers: ["redis"] },
  bullmq_queue: { rooms: ["queue"], packages: ["bullmq"], drivers: ["redis"] },
  eml_folder: { rooms: ["intake"], packages: [] },
  file_config: { rooms: ["config"], packages: ["yaml"] },
  http_control: { rooms: ["control", "health"], packages: ["fastify"] },
  imap: { rooms: ["intake"], packages: ["imapflow"] },
  journal_sqlite: { rooms: [], packages: [], drivers: ["sqlite"] },
  lua: { rooms: ["processes"], packages: ["yaml"] },
  memory_queue: { rooms: ["queue"], packages: [] },
  oauth2: { rooms: [], packages: ["oauth4webapi"] },
  otel: {
    rooms: ["tracing"],
    packages: [
      "@opentelemetry/api",
      "@opentelemetry/context-async-hooks",
      "@opentelemetry/resources",
      "@opentelemetry/sdk-trace",
    ],
  },
  pino_log: { rooms: [], packages: ["pino"] },
  schedule: { rooms: ["intake"], packages: ["croner"] },
  redis: { rooms: [], packages: ["ioredis"] },
  smtp: { rooms: [], packages: ["nodemailer"] },
  webhook: { rooms: ["intake"], packages: [] },
  sqlite: { rooms: [], packages: [] },
  sqlite_queue: { rooms: ["queue"], packages: [], drivers: ["sqlite"] },
};

/** The folders of an application. `folders` are its own that it may import, `platform` those of src/app_runtime. */
export const applications: Readonly<Record<string, Readonly<Record<string, ApplicationFolder>>>> = {
  mail_order_bot_app: {
    domain: { folders: [], platform: ["base"], packages: [], pure: true },
    services: { folders: ["domain"], platform: ["base"], packages: [] },
    infrastructure: {
      folders: ["domain", "services"],
      platform: ["base", "contracts"],
      packages: ["csv-parse", "postal-mime", "yaml"],
    },
    handlers: { folders: ["domain", "services"], platform: ["base", "contracts"], packages: [] },
    sources: { folders: ["domain", "services"], platform: ["base", "contracts"], packages: [] },
    module: {
      folders: ["domain", "services", "infrastructure", "handlers", "sources"],
      platform: ["base", "contracts"],
      packages: [],
    },
  },
};

/** Servers for the demo and for tests; of the runtime's code only a composition root may know them. */
export const developmentServers: Readonly<Record<string, { readonly packages: readonly string[] }>> = {
  dev_mail_server: { packages: ["smtp-server"] },
};

export interface Room {
  readonly rooms: readonly string[];
  readonly packages: readonly string[];
}

export interface Adapter extends Room {
  readonly drivers?: readonly string[];
}

export interface ApplicationFolder {
  readonly folders: readonly string[];
  readonly platform: readonly ("base" | "contracts")[];
  readonly packages: readonly string[];
  /** Not even the modules of Node: the same answer for the same question. */
  readonly pure?: true;
}
