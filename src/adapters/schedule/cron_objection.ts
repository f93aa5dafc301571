import { CronCadence } from "./cron_cadence.ts";

interface CronField {
  readonly name: string;
  readonly expected: string;
  readonly example: string;
}

const second: CronField = { name: "second", expected: "0-59", example: "0 or */10" };
const fiveFields: readonly CronField[] = [
  { name: "minute", expected: "0-59", example: "30, 0,30 or */15" },
  { name: "hour", expected: "0-23", example: "6, 8-18 or */2" },
  { name: "day of the month", expected: "1-31, or L for the last", example: "1, 1,15 or L" },
  { name: "month", expected: "1-12, or jan-dec", example: "1, jan,jul or */3" },
  { name: "day of the week", expected: "0-7 (0 and 7 are Sunday), or sun-sat", example: "mon-fri, 1,3 or fri#2" },
];

const anExample = '"30 6 * * mon-fri" is half past six on working days';

/** A leap day and every weekday that it can be come round within this search. */
const searchFrom = Date.UTC(2000, 0, 1);

/** Why this expression makes no runs, naming the field that is to blame; undefined when it makes some. */
export function objectionToCron(expression: string, timezone: string): string | undefined {
  const cadence = read(expression, timezone);
  if (cadence === undefined) return explain(expression);
  if (cadence.next(searchFrom) !== undefined) return undefined;
  return `"${expression}" would never run: no such day exists. Look at its day of the month and its month.`;
}

function read(expression: string, timezone: string): CronCadence | undefined {
  try {
    return new CronCadence(expression, timezone);
  } catch {
    return undefined;
  }
}

function explain(expression: string): string {
  if (expression.trim().startsWith("@")) {
    return `"${expression}" is no name of a schedule. Known: @hourly, @daily, @weekly, @monthly, @yearly.`;
  }
  const written = expression.trim().split(/\s+/);
  const fields = written.length === 6 ? [second, ...fiveFields] : fiveFields;
  if (written.length !== fields.length) {
    const wanted = "five (minute, hour, day of the month, month, day of the week), or six with the second in front";
    return `"${expression}" has ${written.length} field(s), but must have ${wanted}; ${anExample}.`;
  }
  const index = written.findIndex((text, position) => !fits(text, position, written.length));
  const [field, text] = [fields[index], written[index]];
  if (field === undefined) return `"${expression}" is no cron expression; ${anExample}.`;
  const { name, expected, example } = field;
  return `"${expression}" has "${text}" as its ${name} (field ${index + 1}); expected ${expected}, such as ${example}.`;
}

/** Whether the field could be read if all others said nothing. */
function fits(text: string, position: number, fields: number): boolean {
  const alone = Array.from({ length: fields }, (_, other) => (other === position ? text : "*"));
  return read(alone.join(" "), "UTC") !== undefined;
}
