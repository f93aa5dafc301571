/**
 * The short name of a zone at a time, as the zone database has it: "CEST", or "+03" for a zone that has only numbers. Intl
 * knows most of them, each in the English of where it is used.
 */
export function zoneName(zone: string, seconds: number, offset: number): string {
  if (/^(Etc\/)?(UTC|UCT|Zulu|Universal)$/.test(zone)) return "UTC";
  const own = names[zone];
  if (own !== undefined) return own[offset] ?? numeric(offset);
  for (const locale of locales) {
    const name = shortName(locale, zone, seconds);
    if (/^[A-Z]{3,5}$/.test(name) && (offset === 0 || !/^(GMT|UTC)$/.test(name))) return name;
  }
  return numeric(offset);
}

const locales = ["en-US", "en-GB", "en-IE", "en-AU", "en-NZ", "en-IN", "en-ZA"];

function shortName(locale: string, timeZone: string, seconds: number): string {
  const format = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: "short" });
  return format.formatToParts(seconds * 1000).find(({ type }) => type === "timeZoneName")?.value ?? "";
}

function numeric(offset: number): string {
  const minutes = Math.floor(Math.abs(offset) / 60);
  const two = (value: number) => String(value).padStart(2, "0");
  const rest = minutes % 60 === 0 ? "" : two(minutes % 60);
  return `${offset < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}${rest}`;
}

const hour = 3600;

/** By offset: those that Intl has no short name for in any English, or another than the zone database. */
const names: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  "Africa/Algiers": { [hour]: "CET" },
  "Africa/Cairo": { [2 * hour]: "EET", [3 * hour]: "EEST" },
  "Africa/Johannesburg": { [2 * hour]: "SAST" },
  "Africa/Lagos": { [hour]: "WAT" },
  "Africa/Maputo": { [2 * hour]: "CAT" },
  "Africa/Nairobi": { [3 * hour]: "EAT" },
  "Africa/Tripoli": { [2 * hour]: "EET" },
  "Africa/Tunis": { [hour]: "CET" },
  "Asia/Beirut": { [2 * hour]: "EET", [3 * hour]: "EEST" },
  "Asia/Hong_Kong": { [8 * hour]: "HKT" },
  "Asia/Jakarta": { [7 * hour]: "WIB" },
  "Asia/Jayapura": { [9 * hour]: "WIT" },
  "Asia/Jerusalem": { [2 * hour]: "IST", [3 * hour]: "IDT" },
  "Asia/Karachi": { [5 * hour]: "PKT" },
  "Asia/Macau": { [8 * hour]: "CST" },
  "Asia/Makassar": { [8 * hour]: "WITA" },
  "Asia/Manila": { [8 * hour]: "PST" },
  "Asia/Pyongyang": { [9 * hour]: "KST" },
  "Asia/Seoul": { [9 * hour]: "KST" },
  "Asia/Shanghai": { [8 * hour]: "CST" },
  "Asia/Taipei": { [8 * hour]: "CST" },
  "Asia/Tokyo": { [9 * hour]: "JST" },
  "Europe/Moscow": { [3 * hour]: "MSK" },
  "Europe/Simferopol": { [3 * hour]: "MSK" },
  "Pacific/Guam": { [10 * hour]: "ChST" },
};
