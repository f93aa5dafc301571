import type { LuaValue } from "../engine/lane_values.ts";
import { failure, type HostFunction, invalid } from "./host_function.ts";
import { zoneName } from "./zone_names.ts";

/** Of the Lua module `time`: zones, as JavaScript's Intl knows them. */
export const timeFunctions: Readonly<Record<string, HostFunction>> = { zone, location };

/** A zone at a time: what its clocks are ahead of Greenwich in seconds, its short name, and whether both hold all that hour. */
function zone(name: LuaValue | undefined, seconds: LuaValue | undefined): unknown {
  const at = Number(seconds);
  const clock = clockOf(String(name));
  const offset = offsetAt(clock, at);
  const hour = Math.floor(at / 3600) * 3600;
  const steady = offsetAt(clock, hour) === offset && offsetAt(clock, hour + 3599) === offset;
  return { offset, name: zoneName(clock.resolvedOptions().timeZone, at, offset), steady };
}

function location(name: LuaValue | undefined): unknown {
  clockOf(String(name));
  return name;
}

const clocks = new Map<string, Intl.DateTimeFormat>();
const maxClocks = 500;

function clockOf(name: string): Intl.DateTimeFormat {
  const known = clocks.get(name);
  if (known !== undefined) return known;
  if (/^[+-]|^$/.test(name)) throw invalid(`unknown time zone ${name}`); // Intl takes offsets too
  try {
    const clock = new Intl.DateTimeFormat("en-US", {
      ...(name !== "Local" && { timeZone: name }),
      calendar: "gregory",
      hourCycle: "h23",
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    if (clocks.size < maxClocks) clocks.set(name, clock);
    return clock;
  } catch {
    throw failure("NotFound", `unknown time zone ${name}`);
  }
}

const maxSeconds = 8.64e12; // what a Date of JavaScript holds

function offsetAt(clock: Intl.DateTimeFormat, seconds: number): number {
  const at = Math.max(-maxSeconds + 86_400, Math.min(maxSeconds - 86_400, Math.floor(seconds)));
  const parts: Record<string, string> = {};
  for (const { type, value } of clock.formatToParts(at * 1000)) parts[type] = value;
  const part = (name: string) => Number(parts[name]);
  const year = parts.era === "BC" ? 1 - part("year") : part("year");
  const shown = new Date(0);
  shown.setUTCFullYear(year, part("month") - 1, part("day"));
  shown.setUTCHours(part("hour"), part("minute"), part("second"));
  return shown.getTime() / 1000 - at;
}
