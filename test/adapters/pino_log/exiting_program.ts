import { PinoLog } from "../../../src/adapters/pino_log/pino_log.ts";
import { SystemClock } from "../../../src/app_runtime/base/clock.ts";
import { RecordedEvents } from "../../app_runtime/health/recorded_events.ts";
import { everyEvent } from "./every_event.ts";

// Run by pino_log.test.ts: says everything and exits in the same turn, to the file named on the command line.
const log = new PinoLog({ clock: new SystemClock() });
const file = process.argv[2];
await log.open({ level: "debug", format: "json", ...(file !== undefined && { file }) }, new RecordedEvents());
for (const event of everyEvent) log.read(event);
process.exit(7);
