import { join } from "node:path";
import { BlobKeeper, FolderBlobStore } from "../adapters/blob_folder/index.ts";
import { bullmqQueueKind } from "../adapters/bullmq_queue/index.ts";
import { clusterSchema, RedisCluster } from "../adapters/cluster_redis/index.ts";
import { emlFolderSourceKind } from "../adapters/eml_folder/index.ts";
import { FileConfigProvider } from "../adapters/file_config/index.ts";
import { controlSchema, HttpControl } from "../adapters/http_control/index.ts";
import { imapSourceKind } from "../adapters/imap/index.ts";
import { JournalStore, SqliteBlobStore } from "../adapters/journal_sqlite/index.ts";
import { memoryQueueKind } from "../adapters/memory_queue/index.ts";
import { Oauth2Grants, oauth2Schema } from "../adapters/oauth2/index.ts";
import { OtelComponent, otelSchema } from "../adapters/otel/index.ts";
import { logSchema, PinoLog } from "../adapters/pino_log/index.ts";
import { scheduleSourceKind } from "../adapters/schedule/index.ts";
import { SmtpMailer, smtpSchema } from "../adapters/smtp/index.ts";
import { sqliteQueueKind } from "../adapters/sqlite_queue/index.ts";
import { webhookSourceKind } from "../adapters/webhook/index.ts";
import {
  type BlobId,
  type Component,
  type HealthContributor,
  type Infrastructure,
  LeasedComponent,
  type PlatformServices,
  parseDuration,
  parseSize,
  type RuntimeManager,
  type RuntimeParts,
  SystemClock,
  type Tenure,
} from "../app_runtime/index.ts";
import { applicationVersion } from "./application_version.ts";
import { clusterChecks } from "./cluster_checks.ts";
import type { CommandLine } from "./command_line.ts";
import { dataFileHealth, tellFileChanges } from "./data_file_health.ts";
import { DemoMailServer, demoSchema } from "./demo_mail_server.ts";
import { DemoReport } from "./demo_report.ts";
import { grantChecks } from "./grant_checks.ts";
import { FileCatalogue } from "./infrastructure/file_catalogue.ts";
import { FileCustomers } from "./infrastructure/file_customers.ts";
import { OrderDatabase } from "./infrastructure/order_database.ts";
import { orderMigrations } from "./infrastructure/order_schema.ts";
import { OutboxSender } from "./infrastructure/outbox_sender.ts";
import { mailLoginCommand } from "./mail_login_command_line.ts";
import { mailOrderBotModule } from "./module/mail_order_bot_module.ts";
import { mailOrderBotSchema } from "./module/mail_order_bot_schema.ts";
import { botTokens } from "./module/mail_order_bot_tokens.ts";
import { orderMailTask } from "./sources/order_mail_task.ts";

export interface BotOptions {
  readonly commandLine: CommandLine;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the demonstration shows itself. */
  readonly print: (text: string) => void;
}

export interface Bot {
  readonly parts: RuntimeParts;
  /** Called once everything runs: the demonstration shows what happens. */
  started(runtime: RuntimeManager): Promise<void>;
  /** After the runtime has come to rest, or must not be waited for. Takes at most `limitMs`, a second unless told. */
  close(limitMs?: number): Promise<void>;
}

/** Chooses the adapters and wires them; what they do is said in the configuration. */
export function composeBot(options: BotOptions): Bot {
  const { commandLine, argv, env } = options;
  const clock = new SystemClock();
  const log = new PinoLog({ clock });
  const isDemo = commandLine.configFiles.length === 0;
  const files = isDemo ? [demoConfigFile] : commandLine.configFiles;
  let report: DemoReport | undefined;
  let grants: Oauth2Grants | undefined;
  const accessTokens = (grant: string) => {
    if (grants === undefined) throw new Error("The grants are made with the infrastructure, before any unit.");
    return grants.accessTokens(grant);
  };

  const infrastructure = async (platform: PlatformServices): Promise<Infrastructure> => {
    await openLog(log, platform);
    const stores = openStores(platform);
    const { orders } = stores;
    platform.provide(botTokens.orders, orders);
    const dataFiles = await openDataFiles(platform);
    grants = newGrants(platform, commandLine);
    const outbox = newOutbox(platform, stores, grants);
    const demo = isDemo ? newDemoServer(platform) : undefined;
    const http = new HttpControl({ ...platform, config: platform.section("control", controlSchema) });
    if (demo !== undefined) {
      const config = platform.section("demo", demoSchema);
      const controlUrl = () => http.url ?? "";
      report = new DemoReport({ demo, config, orders, platform, controlUrl, print: options.print });
    }
    const otel = new OtelComponent({
      config: platform.section("telemetry", otelSchema),
      serviceName: platform.platform.name,
    });
    const cluster = joinCluster(platform, stores);
    const { leases = stores.journal.leases, peers = stores.journal.peers } = cluster ?? {};
    const ofCluster = cluster === undefined ? [] : [cluster];
    const components: Component[] = [stores.journal, stores.keeper, outbox, http, otel, grants, ...ofCluster];
    return {
      journal: stores.journal.journal,
      blobs: stores.blobs,
      ...(leases && { leases }),
      ...(peers && { peers }),
      components: demo === undefined ? components : [...components, demo],
      contributors: [stores.journal.health, outbox, log, ...dataFiles, ...ofCluster],
    };
  };

  return {
    parts: {
      modules: [mailOrderBotModule],
      version: applicationVersion(),
      kinds: [
        memoryQueueKind,
        sqliteQueueKind,
        bullmqQueueKind,
        imapSourceKind({ toTask: orderMailTask, accessTokens }),
        emlFolderSourceKind({ toTask: orderMailTask }),
        scheduleSourceKind,
        webhookSourceKind(),
      ],
      config: {
        providers: files.map((path) => new FileConfigProvider({ name: path, path })),
        env,
        argv,
        ...(commandLine.secretsDir === undefined ? {} : { secretsDir: commandLine.secretsDir }),
      },
      platformSections: {
        control: controlSchema,
        log: logSchema,
        telemetry: otelSchema,
        smtp: smtpSchema,
        oauth2: oauth2Schema,
        cluster: clusterSchema,
        ...(isDemo ? { demo: demoSchema } : {}),
      },
      checks: [...grantChecks, ...clusterChecks],
      infrastructure,
      readers: [log.read],
      clock,
    },
    started: async (runtime) => await report?.show(runtime),
    close: (limitMs) => log.close(limitMs),
  };
}

/** The same way up from src/ and from dist/. */
const demoConfigFile = join(import.meta.dirname, "../../config/demo.yaml");

const smallBlobBytes = parseSize("64kB") as number;
const maxBlobBytes = parseSize("100MB") as number;
const keepBlobsMs = parseDuration("30d") as number;
const keepSettledMs = parseDuration("90d") as number;
const keepUnfinishedMs = parseDuration("1d") as number;
/** Another runtime may have queued a reply. */
const lookAfterMs = 1_000;

async function openLog(log: PinoLog, { events, section }: PlatformServices): Promise<void> {
  const config = section("log", logSchema);
  await log.open(config, events);
}

type Stores = ReturnType<typeof openStores>;

/** The journal with the bot's own tables, and the blobs: small ones in the same file, large ones beside it. */
export function openStores({ platform, clock, events }: PlatformServices) {
  const { dataDir } = platform;
  const { mode, lease } = platform.sharing;
  const isShared = mode === "standby";
  const journal = new JournalStore({
    dataDir,
    migrations: [orderMigrations],
    clock,
    events,
    keepSettledMs,
    ...(isShared && { shared: { leaseMs: lease } }),
  });
  const folder = new FolderBlobStore({
    directory: join(dataDir, "blobs"),
    maxBytes: maxBlobBytes,
    ...(isShared && { unfinishedMs: keepUnfinishedMs }),
  });
  const blobs = new SqliteBlobStore({
    database: journal.database,
    clock,
    larger: folder,
    smallUpTo: smallBlobBytes,
  });
  const orders = new OrderDatabase({ transactions: journal.transactions });
  // An unfinished task needs its mail, and so does the person who will look at a review.
  const needed = async (ids: readonly BlobId[]) =>
    new Set([...(await journal.journal.blobsNeeded(ids)), ...(await orders.blobsNeeded(ids))]);
  const keeper = new BlobKeeper({ folder, store: blobs, needed, keepMs: keepBlobsMs, clock, events });
  return { journal, orders, blobs, keeper };
}

/** Undefined unless the configuration names the Redis of a cluster. */
function joinCluster(platform: PlatformServices, { journal }: Stores): RedisCluster | undefined {
  const { redis, ...config } = platform.section("cluster", clusterSchema);
  if (redis === undefined) return undefined;
  return new RedisCluster({ config: { ...config, redis }, fences: journal.fences, clock: platform.clock });
}

/** The bot's data files, and the health of each. */
export async function openDataFiles(platform: PlatformServices): Promise<readonly HealthContributor[]> {
  const { clock, snapshot, provide, events } = platform;
  const config = snapshot.get("mailOrderBot", mailOrderBotSchema);
  const onChange = tellFileChanges(events);
  const catalogue = await FileCatalogue.open({ path: config.catalogue, clock, onChange });
  const customers = await FileCustomers.open({ path: config.customers, clock, onChange });
  provide(botTokens.catalogue, catalogue);
  provide(botTokens.customers, customers);
  return [dataFileHealth("bot:catalogue", catalogue), dataFileHealth("bot:customers", customers)];
}

export function newGrants({ section, platform, clock }: PlatformServices, commandLine: CommandLine): Oauth2Grants {
  const config = section("oauth2", oauth2Schema);
  const loginCommand = (grant: string) => mailLoginCommand(commandLine, grant);
  return new Oauth2Grants({ config, dataDir: platform.dataDir, clock, loginCommand });
}

/**
 * As many replies are on their way at once as the mailer keeps connections. Where runtimes share the data directory, one of
 * them sends at a time.
 */
function newOutbox(platform: PlatformServices, { orders, journal }: Stores, grants: Oauth2Grants) {
  const config = platform.section("smtp", smtpSchema);
  const tokens = config.grant === undefined ? undefined : grants.accessTokens(config.grant);
  const parts = { ...platform, database: orders };
  const newMailer = () => new SmtpMailer({ config, clock: platform.clock, tokens });
  const policy = { concurrency: config.connections };
  const { leases: store } = journal;
  if (store === undefined) return new OutboxSender({ ...parts, mailer: newMailer(), policy });
  const make = (tenure: Tenure) =>
    new OutboxSender({ ...parts, mailer: newMailer(), policy: { ...policy, lookAfterMs }, tenure });
  return new LeasedComponent({ ...platform, name: "outbox", needs: ["journal"], required: false, store, make });
}

function newDemoServer({ section, platform, clock }: PlatformServices): DemoMailServer {
  return new DemoMailServer({ config: section("demo", demoSchema), dataDir: platform.dataDir, clock });
}
