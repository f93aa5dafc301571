import type { InboxCounts } from "../adapters/imap/index.ts";
import type { DecisionKind } from "./domain/decision.ts";
import { textTable } from "./text_table.ts";

export interface InboxPlace {
  readonly source: string;
  readonly host: string;
  readonly user: string;
  readonly folder: string;
}

/** What would become of a mail. `fail`: its processing fails, and `why` says how. */
export interface DryRunMail {
  readonly uid: number;
  readonly from?: string;
  readonly subject?: string;
  readonly decision: DecisionKind | "fail";
  readonly order?: string;
  readonly why: string;
}

export type DryRunInbox =
  | (InboxPlace & {
      readonly kind: "looked";
      readonly counts: InboxCounts;
      /** Oldest first. */
      readonly newest: readonly DryRunMail[];
    })
  | (InboxPlace & { readonly kind: "failed"; readonly error: string })
  | { readonly kind: "not_looked"; readonly source: string };

const toldFirst = ["accept", "review", "ignore", "reject", "fail"] as const;

export function dryRunJson(inboxes: readonly DryRunInbox[]): string {
  return `${JSON.stringify({ dryRun: true, inboxes }, null, 2)}\n`;
}

/** For people. `limit` is how many mails of each mailbox were decided at most. */
export function dryRunText(inboxes: readonly DryRunInbox[], limit: number): string {
  const head = "Dry run: nothing was changed, in no mailbox and in no journal, and no mail was sent.";
  return `${[head, ...inboxes.map((inbox) => inboxText(inbox, limit))].join("\n\n")}\n`;
}

function inboxText(inbox: DryRunInbox, limit: number): string {
  if (inbox.kind === "not_looked") return `${inbox.source}: not a mailbox, so the dry run has not looked at it.`;
  const { source, host, user, folder } = inbox;
  const place = `${source}: ${user} at ${host}, folder "${folder}"`;
  return inbox.kind === "failed"
    ? `${place}\n  ${inbox.error}`
    : `${place}\n${countsText(inbox.counts)}\n${newestText(inbox.newest, limit)}`;
}

function countsText({ mails, open, tooOld, tooLarge, known }: InboxCounts): string {
  return [
    `  ${mails} mails, ${open} of them open (not done, not given up, not deleted); of these`,
    `  ${tooOld} too old: they stay as they are`,
    `  ${known} known to the journal: they are not handled again`,
    `  ${tooLarge} too large to be read: they go to a person`,
  ].join("\n");
}

function titleOf({ subject, uid }: DryRunMail): string {
  return subject === undefined ? `UID ${uid}` : subject || "(no subject)";
}

function newestText(newest: readonly DryRunMail[], limit: number): string {
  if (newest.length === 0) return "  Nothing would be taken.";
  const table = textTable(
    [
      { title: "mail", maxWidth: 40 },
      { title: "decision", maxWidth: 8 },
      { title: "order", maxWidth: 20 },
      { title: "why", maxWidth: 90 },
    ],
    newest.map((mail) => [titleOf(mail), mail.decision, mail.order ?? "", mail.why]),
  );
  const groups = Object.groupBy(newest, (mail) => mail.decision);
  const tally = toldFirst.flatMap((decision) => {
    const { length } = groups[decision] ?? [];
    return length === 0 ? [] : [`${length} ${decision}`];
  });
  return `  the newest ${newest.length} (--newest ${limit}) would be decided so:\n\n${table}\n\nSummary: ${newest.length} mails: ${tally.join(", ")}.`;
}
