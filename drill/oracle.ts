import type { Ledger } from "./ledger.ts";
import type { OrderMail } from "./order_mails.ts";
import type { Confirmation } from "./smtp_sink.ts";

/** The sudden end of a bot's process, or of its connections to the SMTP server. */
export interface Death {
  /** Date.now() */
  readonly at: number;
  /** Message-IDs of the confirmations that were marked as sent when it died. */
  readonly sent: ReadonlySet<string>;
}

/** Everything that can be seen from outside once a bot has come to rest. */
export interface Evidence {
  /** Valid orders that were put into the mailbox. */
  readonly mails: readonly OrderMail[];
  readonly ledger: Ledger;
  readonly confirmations: readonly Confirmation[];
  /** Flags by UID, of all mails in the folder. */
  readonly flags: ReadonlyMap<number, ReadonlySet<string>>;
  readonly deaths: readonly Death[];
  /** Of the valid ones, those that somebody removed from the mailbox after they were done. */
  readonly removed?: number;
  /** Mails that must have become dead letters, beside the valid ones; none unless told. */
  readonly deadLetters?: number;
}

export interface Verdict {
  readonly lost: number;
  readonly duplicatedEffects: number;
  readonly duplicateConfirmations: number;
  readonly broken: readonly string[];
}

/** A confirmation that was answered with 250 is marked as sent within this time, even on a machine that has other work. */
const markLimitMs = 10_000;
const shown = 3;

/** No accepted task lost, no effect doubled: judged by what is in the mailbox, the database and the sink alone. */
export function judge(evidence: Evidence): Verdict {
  const orders = judgeOrders(evidence);
  const confirmations = judgeConfirmations(evidence);
  const broken = [...orders.broken, ...confirmations.broken, ...judgeMailbox(evidence), ...judgeJournal(evidence)];
  return {
    lost: orders.lost,
    duplicatedEffects: orders.duplicated,
    duplicateConfirmations: confirmations.duplicates,
    broken,
  };
}

/** Exactly one order for each mail, and none besides. */
function judgeOrders({ mails, ledger }: Evidence) {
  const broken: string[] = [];
  const ordersOf = Map.groupBy(ledger.orders, ({ customerId, poNumber }) => `${customerId} ${poNumber}`);
  const missing = mails.filter((mail) => !ordersOf.has(keyOf(mail)));
  if (missing.length > 0) broken.push(`${missing.length} mails have no order: ${listed(missing.map(keyOf))}`);
  const known = new Set(mails.map(keyOf));
  const strange = [...ordersOf.keys()].filter((key) => !known.has(key));
  if (strange.length > 0) broken.push(`${strange.length} orders belong to no mail: ${listed(strange)}`);
  const duplicated = ledger.orders.length - ordersOf.size;
  if (duplicated > 0) broken.push(`${duplicated} orders are there twice`);
  const others = ledger.decided.filter(({ decision }) => decision !== "accept");
  if (others.length > 0) {
    const words = others.map(({ decision, why }) => `${decision} (${why})`);
    broken.push(`${others.length} valid mails were not accepted: ${listed(words)}`);
  }
  return { lost: missing.length, duplicated, broken };
}

/** At least one for each mail; more only with the same Message-ID, and only around a death. */
function judgeConfirmations({ mails, ledger, confirmations, deaths }: Evidence) {
  const broken: string[] = [];
  const answers = Map.groupBy(confirmations, ({ inReplyTo }) => inReplyTo);
  const silent = mails.filter(({ messageId }) => !answers.has(messageId));
  if (silent.length > 0) broken.push(`${silent.length} orders were not confirmed: ${listed(silent.map(keyOf))}`);
  if (ledger.unsent > 0) broken.push(`${ledger.unsent} confirmations are still unsent or were given up`);
  const known = new Set(mails.map(({ messageId }) => messageId));
  const strange = [...answers.keys()].filter((messageId) => !known.has(messageId));
  if (strange.length > 0) broken.push(`${strange.length} confirmations answer no mail of ours: ${listed(strange)}`);
  let duplicates = 0;
  for (const [inReplyTo, taken] of answers) {
    duplicates += taken.length - 1;
    if (new Set(taken.map(({ messageId }) => messageId)).size > 1) {
      broken.push(`The confirmations of <${inReplyTo}> have different Message-IDs`);
    }
    broken.push(...judgeRepeats(inReplyTo, taken, deaths));
  }
  return { duplicates, broken };
}

/** A second copy is excused only by a death between the 250 for the first one and its mark in the outbox. */
function judgeRepeats(inReplyTo: string, taken: readonly Confirmation[], deaths: readonly Death[]): readonly string[] {
  return taken.slice(1).flatMap((again, i) => {
    const first = taken[i];
    const excused = first !== undefined && deaths.some((death) => fellIntoWindow(death, first));
    return excused ? [] : [`<${inReplyTo}> was confirmed again at ${again.takenAt} without a death that explains it`];
  });
}

/** The sink had said 250, or was just about to, and the outbox did not know yet. */
function fellIntoWindow({ at, sent }: Death, { messageId, dataAt, takenAt }: Confirmation): boolean {
  return at >= dataAt && at <= takenAt + markLimitMs && !sent.has(messageId);
}

/** Read, unless it was given up. */
function judgeMailbox({ mails, flags, removed = 0, deadLetters = 0 }: Evidence): readonly string[] {
  const left = mails.length - removed;
  const seen = [...flags.values()].filter((flag) => flag.has("\\Seen")).length;
  const failed = [...flags.values()].filter((flag) => flag.has("$BotFailed") && !flag.has("\\Seen")).length;
  const broken: string[] = [];
  if (flags.size !== left + deadLetters) {
    broken.push(`The mailbox holds ${flags.size} mails instead of ${left + deadLetters}`);
  }
  if (seen !== left) broken.push(`${seen} mails are marked as read instead of ${left}`);
  if (failed !== deadLetters) broken.push(`${failed} mails are marked as failed instead of ${deadLetters}`);
  return broken;
}

/** Every row has come to its end, and its source was told. */
function judgeJournal({ mails, ledger, deadLetters = 0 }: Evidence): readonly string[] {
  const broken: string[] = [];
  const count = (state: string) => ledger.journal.filter((row) => row.state === state).length;
  if (count("offered") > 0) broken.push(`${count("offered")} tasks are neither done nor dead`);
  if (count("dead") !== deadLetters) {
    const reasons = ledger.journal.flatMap(({ reason }) => reason ?? []);
    broken.push(`${count("dead")} dead letters instead of ${deadLetters}: ${listed(reasons)}`);
  }
  if (count("done") !== mails.length) broken.push(`${count("done")} tasks are done instead of ${mails.length}`);
  const untold = ledger.journal.filter(({ settled }) => !settled).length;
  if (untold > 0) broken.push(`${untold} tasks have ended, but their mails were not marked`);
  return broken;
}

function keyOf({ customerId, poNumber }: { readonly customerId: string; readonly poNumber: string }): string {
  return `${customerId} ${poNumber}`;
}

function listed(items: readonly string[]): string {
  const rest = items.length > shown ? ` and ${items.length - shown} more` : "";
  return items.slice(0, shown).join(", ") + rest;
}
