import { checkDoors } from "./doors/check_doors.ts";

const report = await checkDoors(process.cwd());
for (const { sentence } of report.broken) console.error(sentence);
console.log(`${report.files} files, ${report.broken.length} broken walls`);
process.exitCode = report.broken.length === 0 ? 0 : 1;
