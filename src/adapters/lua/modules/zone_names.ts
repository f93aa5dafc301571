/**
 * The short name of a zone at a time, as the zone database has it: "CEST", or "+03" for a zone that has only numbers. Intl
 * knows most of them, each in the English of where it is used. For times long ago it may be numbers where the database has a name.
 */
export function zoneName(zone: string, seconds: number, offset: number): string {
  if (/^(Etc\/)?(UTC|UCT|Zulu|Universal)$/.test(zone)) return "UTC";
  if (offset % 60 !== 0) return "LMT"; // before the clocks of a country were set alike
  const own = names[zone];
  if (own !== undefined) return own[offset] ?? numeric(offset);
  for (const locale of locales) {
    const name = shortName(locale, zone, seconds);
    if (/^[A-Z]{3,5}$/.test(name) && (offset === 0 || !/^(GMT|UTC)$/.test(name))) return name;
  }
  return numeric(offset);
}

const locales = ["en-US", "en-GB", "en-IE", "en-AU", "en-NZ", "en-ZA"];

const formats = new Map<string, Intl.DateTimeFormat>();
const maxFormats = 1000;

function shortName(locale: string, timeZone: string, seconds: number): string {
  const key = `${locale} ${timeZone}`;
  const format = formats.get(key) ?? new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: "short" });
  if (formats.size < maxFormats) formats.set(key, format);
  return format.formatToParts(seconds * 1000).find(({ type }) => type === "timeZoneName")?.value ?? "";
}

function numeric(offset: number): string {
  const minutes = Math.floor(Math.abs(offset) / 60);
  const two = (value: number) => String(value).padStart(2, "0");
  const rest = minutes % 60 === 0 ? "" : two(minutes % 60);
  return `${offset < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}${rest}`;
}

const hour = 3600;

/** By offset: those that Intl has no short name for in any English, or another than the zone database. {} has only numbers. */
const names: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  "Africa/Algiers": { [hour]: "CET" },
  "Africa/Cairo": { [2 * hour]: "EET", [3 * hour]: "EEST" },
  "Africa/Johannesburg": { [2 * hour]: "SAST" },
  "Africa/Lagos": { [hour]: "WAT" },
  "Africa/Maputo": { [2 * hour]: "CAT" },
  "Africa/Nairobi": { [3 * hour]: "EAT" },
  "Africa/Tripoli": { [2 * hour]: "EET" },
  "Africa/Tunis": { [hour]: "CET" },
  "America/Adak": { [-10 * hour]: "HST", [-9 * hour]: "HDT" },
  "America/Dawson": { [-7 * hour]: "MST" },
  "America/Havana": { [-5 * hour]: "CST", [-4 * hour]: "CDT" },
  "America/Hermosillo": { [-7 * hour]: "MST" },
  "America/Mazatlan": { [-7 * hour]: "MST" },
  "America/St_Johns": { [-3.5 * hour]: "NST", [-2.5 * hour]: "NDT" },
  "America/Whitehorse": { [-7 * hour]: "MST" },
  "Antarctica/Casey": {},
  "Antarctica/Troll": {},
  "Asia/Beirut": { [2 * hour]: "EET", [3 * hour]: "EEST" },
  "Asia/Calcutta": { [5.5 * hour]: "IST" },
  "Asia/Dubai": {},
  "Asia/Hong_Kong": { [8 * hour]: "HKT" },
  "Asia/Jakarta": { [7 * hour]: "WIB" },
  "Asia/Jayapura": { [9 * hour]: "WIT" },
  "Asia/Jerusalem": { [2 * hour]: "IST", [3 * hour]: "IDT" },
  "Asia/Karachi": { [5 * hour]: "PKT" },
  "Asia/Kolkata": { [5.5 * hour]: "IST" },
  "Asia/Macau": { [8 * hour]: "CST" },
  "Asia/Makassar": { [8 * hour]: "WITA" },
  "Asia/Manila": { [8 * hour]: "PST" },
  "Asia/Muscat": {},
  "Asia/Pontianak": { [7 * hour]: "WIB" },
  "Asia/Pyongyang": { [9 * hour]: "KST" },
  "Asia/Seoul": { [9 * hour]: "KST" },
  "Asia/Shanghai": { [8 * hour]: "CST" },
  "Asia/Taipei": { [8 * hour]: "CST" },
  "Asia/Tokyo": { [9 * hour]: "JST" },
  "Australia/Eucla": {},
  "Australia/Lord_Howe": {},
  "Europe/Guernsey": { 0: "GMT", [hour]: "BST" },
  "Europe/Isle_of_Man": { 0: "GMT", [hour]: "BST" },
  "Europe/Jersey": { 0: "GMT", [hour]: "BST" },
  "Europe/Kirov": { [3 * hour]: "MSK" },
  "Europe/Moscow": { [3 * hour]: "MSK" },
  "Europe/Simferopol": { [3 * hour]: "MSK" },
  "Europe/Volgograd": { [3 * hour]: "MSK" },
  "Pacific/Chatham": {},
  "Pacific/Guam": { [10 * hour]: "ChST" },
  "Pacific/Midway": { [-11 * hour]: "SST" },
  "Pacific/Pago_Pago": { [-11 * hour]: "SST" },
  "Pacific/Saipan": { [10 * hour]: "ChST" },
};
