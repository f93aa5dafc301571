/** The order desk as a program. SIGTERM stops it in order, SIGHUP or a changed file is a reload. */
import { join } from "node:path";
import {
  exitCodes,
  handleSignals,
  type Infrastructure,
  messageOf,
  type PlatformServices,
  RuntimeManager,
  SystemClock,
} from "app_runtime";
import { FileConfigProvider } from "app_runtime/adapters/file_config";
import { controlSchema, HttpControl } from "app_runtime/adapters/http_control";
import { JournalStore } from "app_runtime/adapters/journal_sqlite";
import { logSchema, PinoLog } from "app_runtime/adapters/pino_log";
import { scheduleSourceKind } from "app_runtime/adapters/schedule";
import { sqliteQueueKind } from "app_runtime/adapters/sqlite_queue";
import { webhookSourceKind } from "app_runtime/adapters/webhook";
import { database, orderDesk, tables } from "./order_desk.ts";

const [file = join(import.meta.dirname, "order_desk.yaml"), ...settings] = process.argv.slice(2);
const keepSettledMs = 90 * 86_400_000; // for so long a delivery that comes again is recognised

const clock = new SystemClock();
const log = new PinoLog({ clock });

async function infrastructure(services: PlatformServices): Promise<Infrastructure> {
  const { platform, events, section, provide } = services;
  await log.open(section("log", logSchema), events);
  const { dataDir } = platform;
  const store = new JournalStore({ dataDir, migrations: [tables], clock, events, keepSettledMs });
  provide(database, store.transactions);
  const http = new HttpControl({ ...services, config: section("control", controlSchema) });
  return { journal: store.journal, components: [store, http], contributors: [store.health, log] };
}

const runtime = new RuntimeManager({
  modules: [orderDesk],
  kinds: [sqliteQueueKind, webhookSourceKind(), scheduleSourceKind],
  platformSections: { control: controlSchema, log: logSchema },
  config: { providers: [new FileConfigProvider({ name: file, path: file })], env: process.env, argv: settings },
  infrastructure,
  readers: [log.read],
  clock,
});
handleSignals({ runtime, exit: (code) => void log.close().finally(() => process.exit(code)) });
try {
  await runtime.start();
} catch (error) {
  console.error(messageOf(error)); // what is wrong in the configuration, with file and line
  process.exit(exitCodes.config);
}
