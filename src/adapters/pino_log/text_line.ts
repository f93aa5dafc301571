import type { LogLevel } from "./log_level.ts";
import type { LogLine } from "./log_line.ts";

const unitWidth = 16;
const colours: Readonly<Record<LogLevel, string>> = {
  debug: "\u001b[2m",
  info: "",
  warn: "\u001b[33m",
  error: "\u001b[31m",
};

/** "08:00:00.123 WARN  source:inbox      The server does not answer." in local time, coloured by level on a terminal. */
export function textLine(line: LogLine, coloured: boolean): string {
  const level = line.level.toUpperCase().padEnd(5);
  const text = `${timeOfDay(line.at)} ${level} ${line.unit.padEnd(unitWidth)} ${oneLine(line.sentence)}`;
  const colour = coloured ? colours[line.level] : "";
  return colour === "" ? `${text}\n` : `${colour}${text}\u001b[0m\n`;
}

function timeOfDay(at: number): string {
  const time = new Date(at);
  const two = (part: number) => String(part).padStart(2, "0");
  const millis = String(time.getMilliseconds()).padStart(3, "0");
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${millis}`;
}

/** What came from outside must neither begin a line of its own nor move the cursor. */
function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, " ").trimEnd();
}
