import type { ImapFlow } from "imapflow";

/** What a command answered, and the server's words if it refused. */
export interface Answered<T> {
  readonly answer: T;
  /** "OVERQUOTA: Not enough disk quota"; undefined when nothing was refused. */
  readonly refusal: string | undefined;
  /** The response code alone (RFC 5530). */
  readonly code: string | undefined;
}

/**
 * Runs a command of which the library says `false` when the server refuses it: what the server said then goes to the
 * library's log and nowhere else, so we read along. To be used inside of `connection.run`, where commands take turns.
 */
export async function refusalOf<T>(client: ImapFlow, command: () => Promise<T>): Promise<Answered<T>> {
  const { log } = client;
  const { warn } = log;
  let refused: unknown;
  log.warn = (...entries) => {
    refused ??= Reflect.get(Object(entries[0]), "err");
    warn(...entries);
  };
  try {
    const answer = await command();
    return { answer, refusal: wordsOf(refused), code: textIn(refused, "serverResponseCode") };
  } finally {
    log.warn = warn;
  }
}

function wordsOf(refused: unknown): string | undefined {
  if (refused === undefined) return undefined;
  const code = textIn(refused, "serverResponseCode");
  const text =
    textIn(refused, "responseText") ?? textIn(refused, "response") ?? textIn(refused, "message") ?? "no reason given";
  return `${code === undefined || text.includes(code) ? "" : `${code}: `}${text}`.replace(/\s+/g, " ").slice(0, 300);
}

function textIn(value: unknown, name: string): string | undefined {
  const text: unknown = Reflect.get(Object(value), name);
  return typeof text === "string" && text !== "" ? text : undefined;
}
