/** The name of a process, seed 001: `{node@host|namespace:name|0x00001}`. */
export interface Pid {
  /** Empty when the runtime is alone. */
  readonly node: string;
  readonly host: string;
  /** Empty when the short form did not say it. */
  readonly entry: string;
  /** Unique for the life of the runtime. */
  readonly number: number;
}

/** `long` names the entry, `short` leaves it out: `{host|0x00001}`. Both are read everywhere. */
export type PidForm = "long" | "short";

const text = /^\{(?:([^@|]*)@)?([^|]+)\|(?:(.*)\|)?0x([0-9a-f]{1,16})\}$/s;

/** Undefined: the text is no PID. */
export function parsePid(written: string): Pid | undefined {
  const [, node = "", host = "", entry = "", digits = ""] = text.exec(written) ?? [];
  const number = Number.parseInt(digits, 16);
  return Number.isSafeInteger(number) ? { node, host, entry, number } : undefined;
}

export function formatPid({ node, host, entry, number }: Pid, form: PidForm): string {
  const at = node === "" ? host : `${node}@${host}`;
  const middle = form === "long" ? `|${entry}` : "";
  return `{${at}${middle}|0x${digitsOf(number)}}`;
}

/** The entry does not count: a short and a long form may name one process. */
export function isSamePid(a: Pid, b: Pid): boolean {
  return a.number === b.number && a.host === b.host && a.node === b.node;
}

/** Five digits at least, then 6, 8 and 16. */
function digitsOf(number: number): string {
  const digits = number.toString(16);
  const width = [5, 6, 8, 16].find((most) => digits.length <= most) ?? 16;
  return digits.padStart(width, "0");
}
