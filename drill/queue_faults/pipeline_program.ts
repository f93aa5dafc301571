/** A runtime with numbered tasks, its units chosen by the configuration: one of several in a drill of a queue. */
import { dirname } from "node:path";
import { bullmqQueueKind } from "../../src/adapters/bullmq_queue/index.ts";
import { FileConfigProvider } from "../../src/adapters/file_config/index.ts";
import { controlSchema, HttpControl } from "../../src/adapters/http_control/index.ts";
import { JournalStore } from "../../src/adapters/journal_sqlite/index.ts";
import { logSchema, PinoLog } from "../../src/adapters/pino_log/index.ts";
import { sqliteQueueKind } from "../../src/adapters/sqlite_queue/index.ts";
import { type ReceivedDelivery, webhookSourceKind } from "../../src/adapters/webhook/index.ts";
import {
  handleSignals,
  type PlatformServices,
  type RuntimeEvent,
  RuntimeManager,
  type Schema,
  SystemClock,
} from "../../src/app_runtime/index.ts";
import { readCommandLine } from "../../src/mail_order_bot_app/command_line.ts";
import { exitCodeOf, explain } from "../../src/mail_order_bot_app/exit_code_of.ts";
import { jumpAtSignal } from "../clock_jump.ts";
import { feederKind } from "./feeder.ts";
import { lastWords, numberedTasks } from "./numbered_tasks.ts";
import { TaskLedger } from "./task_ledger.ts";

const jumpMs = 3_600_000;
const drillSchema = {
  journal: { doc: "For sources that need one.", format: "boolean", default: false },
} as const satisfies Schema;

const argv = process.argv.slice(2);
const [configFile = ""] = readCommandLine(argv).configFiles;
const ledger = new TaskLedger(dirname(configFile));
const clock = new SystemClock();
const log = new PinoLog({ clock });
jumpAtSignal(jumpMs);

try {
  const runtime = new RuntimeManager({
    modules: [numberedTasks(ledger)],
    kinds: [sqliteQueueKind, bullmqQueueKind, feederKind(ledger), webhookSourceKind({ toTask: bodyAsTask })],
    config: { providers: [new FileConfigProvider({ name: configFile, path: configFile })], argv },
    platformSections: { control: controlSchema, log: logSchema, drill: drillSchema },
    infrastructure: async (platform) => {
      await log.open(platform.section("log", logSchema), platform.events);
      const http = new HttpControl({ ...platform, config: platform.section("control", controlSchema) });
      const store = platform.section("drill", drillSchema).journal ? openJournal(platform) : undefined;
      return {
        components: [http, ...(store === undefined ? [] : [store])],
        contributors: [log, ...(store === undefined ? [] : [store.health])],
        ...(store && { journal: store.journal }),
      };
    },
    readers: [log.read, noteEnds],
    clock,
  });
  handleSignals({ runtime, exit: (code) => void log.close().finally(() => process.exit(code)) });
  await runtime.start();
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(exitCodeOf(error));
}

function noteEnds(event: RuntimeEvent): void {
  if (event.kind === "task.done" && event.taskId.startsWith(lastWords)) process.kill(process.pid, "SIGKILL");
  if (event.kind === "task.done") ledger.note(event.taskId, { what: "done" });
  if (event.kind === "task.requeued") ledger.note(event.taskId, { what: "requeued" });
  if (event.kind === "task.dead_lettered") ledger.note(event.taskId, { what: "dead", reason: event.reason });
}

function openJournal({ clock, events, platform: { dataDir } }: PlatformServices): JournalStore {
  return new JournalStore({ dataDir, migrations: [], clock, events, keepSettledMs: jumpMs });
}

function bodyAsTask({ body }: ReceivedDelivery) {
  return { kind: "numbered", payload: body };
}
