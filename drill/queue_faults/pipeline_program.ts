/** A runtime with numbered tasks, its units chosen by the configuration: one of several in a drill of a queue. */
import { dirname } from "node:path";
import { bullmqQueueKind } from "../../src/adapters/bullmq_queue/index.ts";
import { FileConfigProvider } from "../../src/adapters/file_config/index.ts";
import { controlSchema, HttpControl } from "../../src/adapters/http_control/index.ts";
import { logSchema, PinoLog } from "../../src/adapters/pino_log/index.ts";
import { sqliteQueueKind } from "../../src/adapters/sqlite_queue/index.ts";
import { handleSignals, type RuntimeEvent, RuntimeManager, SystemClock } from "../../src/app_runtime/index.ts";
import { readCommandLine } from "../../src/mail_order_bot_app/command_line.ts";
import { exitCodeOf, explain } from "../../src/mail_order_bot_app/exit_code_of.ts";
import { jumpAtSignal } from "../clock_jump.ts";
import { feederKind } from "./feeder.ts";
import { lastWords, numberedTasks } from "./numbered_tasks.ts";
import { TaskLedger } from "./task_ledger.ts";

const jumpMs = 3_600_000;

const argv = process.argv.slice(2);
const [configFile = ""] = readCommandLine(argv).configFiles;
const ledger = new TaskLedger(dirname(configFile));
const clock = new SystemClock();
const log = new PinoLog({ clock });
jumpAtSignal(jumpMs);

try {
  const runtime = new RuntimeManager({
    modules: [numberedTasks(ledger)],
    kinds: [sqliteQueueKind, bullmqQueueKind, feederKind(ledger)],
    config: { providers: [new FileConfigProvider({ name: configFile, path: configFile })], argv },
    platformSections: { control: controlSchema, log: logSchema },
    infrastructure: async (platform) => {
      await log.open(platform.section("log", logSchema), platform.events);
      const http = new HttpControl({ ...platform, config: platform.section("control", controlSchema) });
      return { components: [http], contributors: [log] };
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
