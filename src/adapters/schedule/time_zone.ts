import { closestName } from "../../app_runtime/base/closest_name.ts";

/** Why this is no time zone, with a suggestion; undefined when it is one. */
export function objectionToZone(zone: string): string | undefined {
  if (/^[+-]/.test(zone)) {
    return `"${zone}" is an offset, which knows no daylight saving time. Name a zone, such as Europe/Berlin.`;
  }
  if (isZone(zone)) return undefined;
  const near = nearestZone(zone);
  const hint = near === undefined ? "Take a name of the IANA list, such as Europe/Berlin." : `Did you mean "${near}"?`;
  return `"${zone}" is no time zone. ${hint}`;
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** A city alone is what people write first. */
function nearestZone(zone: string): string | undefined {
  const known = Intl.supportedValuesOf("timeZone");
  const wanted = zone.replaceAll(" ", "_");
  const cityOf = (name: string) => name.slice(name.lastIndexOf("/") + 1);
  const city = closestName(cityOf(wanted), known.map(cityOf));
  return closestName(wanted, known) ?? known.find((name) => cityOf(name) === city);
}

/** Tells times as a zone's clocks show them: "2026-03-29T03:00:00+02:00" (RFC 3339). */
export class ZoneTime {
  readonly #offsets: Intl.DateTimeFormat;

  constructor(zone: string) {
    this.#offsets = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
  }

  iso(at: number): string {
    const { text, ms } = this.#offsetAt(at);
    return new Date(at + ms).toISOString().replace(/\.\d+Z$/, "") + text;
  }

  #offsetAt(at: number): { readonly text: string; readonly ms: number } {
    const name = this.#offsets.formatToParts(at).find((part) => part.type === "timeZoneName")?.value ?? "GMT";
    const [, sign, hours, minutes] = /^GMT([+-])(\d\d):(\d\d)/.exec(name) ?? [];
    if (sign === undefined) return { text: "+00:00", ms: 0 };
    const ms = (Number(hours) * 60 + Number(minutes)) * 60_000;
    return { text: `${sign}${hours}:${minutes}`, ms: sign === "-" ? -ms : ms };
  }
}
