import { DataDirectoryHold } from "../../../src/adapters/journal_sqlite/data_directory_hold.ts";
import { SystemClock } from "../../../src/app_runtime/base/clock.ts";

// Holds the directory it is given until it is killed.
const hold = DataDirectoryHold.take(process.argv[2] ?? "", new SystemClock());
process.send?.("held");
setInterval(() => hold, 1_000);
