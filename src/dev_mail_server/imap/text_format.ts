/** A string as IMAP wants it: quoted, or a literal when it holds what quotes cannot (RFC 9051 section 4.3). */
export function quoted(text: string): string {
  if (/[\r\n\0]|[^\x20-\x7e]/.test(text)) {
    const bytes = Buffer.from(text, "utf8");
    return `{${bytes.length}}\r\n${bytes.toString("latin1")}`;
  }
  return `"${text.replace(/[\\"]/g, "\\$&")}"`;
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

/** `"17-Jul-1996 02:44:25 +0000"`, always in UTC. */
export function formatDateTime(date: Date): string {
  const iso = date.toISOString();
  return `"${iso.slice(8, 10)}-${months[date.getUTCMonth()]}-${iso.slice(0, 4)} ${iso.slice(11, 19)} +0000"`;
}

/** The start of the day `1-Feb-1994` in UTC; undefined when it is no date. */
export function parseDay(text: string): Date | undefined {
  const match = /^(\d{1,2})-([A-Za-z]{3})-(\d{4})$/.exec(text);
  const month = monthNumber(match?.[2]);
  if (match === null || month === -1) return undefined;
  return new Date(Date.UTC(Number(match[3]), month, Number(match[1])));
}

/** `" 7-Feb-1994 21:52:25 -0800"`; undefined when it is no date-time. */
export function parseDateTime(text: string): Date | undefined {
  const match = /^ ?(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d{2}:\d{2}:\d{2}) ([+-]\d{2})(\d{2})$/.exec(text);
  const month = monthNumber(match?.[2]);
  if (match === null || month === -1) return undefined;
  const [, day = "", , year, time, zoneHours, zoneMinutes] = match;
  const date = new Date(`${year}-${two(month + 1)}-${day.padStart(2, "0")}T${time}${zoneHours}:${zoneMinutes}`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function monthNumber(name: string | undefined): number {
  return months.findIndex((month) => month.toLowerCase() === name?.toLowerCase());
}

function two(value: number): string {
  return `${value}`.padStart(2, "0");
}
