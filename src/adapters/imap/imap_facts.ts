import type { EventChannel } from "../../app_runtime/contracts/runtime_event.ts";
import { type FactKind, FactReporter, type IntakeFacts } from "../../app_runtime/intake/api.ts";

/** Everything an imap source says about itself beyond the platform's own events, as `unit.fact`. */
export const imapFacts = {
  imap_connected: { level: "info", message: 'Connected to {host}; folder "{folder}" has {exists} mails.' },
  imap_session_failed: { level: "warn", message: "{sentence} Next try in {waitMs} ms." },
  imap_session_renewed: { level: "debug", message: "The connection was renewed as planned." },
  imap_no_idle: {
    level: "info",
    message: "The server does not tell of new mail (no IDLE), so the folder is looked at every {everyMs} ms.",
  },
  imap_found_by_rescan: {
    level: "warn",
    message:
      "{mails} new mail(s) were found by looking, the server had not told of them; such mail may wait up to {everyMs} ms.",
  },
  imap_renumbered: {
    level: "warn",
    message:
      'The server renumbered folder "{folder}" (UIDVALIDITY {from} → {to}). Mails already done are recognised by their content and only marked again.',
  },
  imap_resumed: { level: "info", message: "{tasks} task(s) offered in an earlier run were published again." },
  imap_marked_again: {
    level: "info",
    message: "{mails} mail(s) that were done long ago and had lost their mark were marked again, not handled again.",
  },
  imap_mark_refused: { level: "warn", message: "The server did not mark {mails} finished mail(s). Trying again." },
  imap_mail_taken_away: {
    level: "warn",
    message:
      "{mails} mail(s) were deleted or moved away by somebody before this source had read them, and are not handled: UID {uids}.",
  },
  imap_mail_read_by_others: {
    level: "warn",
    message:
      "{mails} mail(s) were read by somebody else before this source had taken them, and are not handled: UID {uids}. Mark them as unread, and see `track: keyword`.",
  },
  imap_mail_gone: { level: "info", message: "{mails} finished mail(s) are no longer in the folder." },
  imap_move_refused: { level: "warn", message: "{sentence} Next try in {waitMs} ms." },
  imap_move_impossible: { level: "warn", message: "{sentence}" },
  imap_folder_created: { level: "info", message: 'Folder "{folder}" was missing and has been made.' },
  imap_folder_refused: {
    level: "warn",
    message: 'The server does not make the missing folder "{folder}" ({refusal}).',
  },
  imap_settling_unfinished: {
    level: "warn",
    message: "Stopping left finished mails unmarked ({error}); the next start marks them.",
  },
  imap_no_keywords: {
    level: "warn",
    message:
      'Folder "{folder}" takes no keywords, so {keyword} cannot be set; the journal remembers what was given up.',
  },
  imap_old_left_alone: {
    level: "warn",
    message:
      '{mails} unread mail(s) in folder "{folder}" are older than `since` of the first start or `maxAge` allow and are left alone.',
  },
  imap_backlog_long: { level: "info", message: "{mails} mails wait to be worked off." },
  imap_backlog_progress: { level: "info", message: "{done} of {total} mails worked off: {pace}." },
  imap_backlog_worked_off: { level: "info", message: "The backlog is worked off: {mails} mails in {took}." },
  imap_mail_too_large: {
    level: "warn",
    message: "Mail {uid} has {size} bytes, more than maxMailSize, and is not fetched; its task says so.",
  },
  imap_mail_left_alone: {
    level: "error",
    message: "Mail {uid} stays unread with the dead letter keyword: {reason}",
  },
  imap_trouble: { level: "error", message: "{sentence} Trying again in {waitMs} ms." },
  imap_trouble_over: { level: "info", message: "{what} works again." },
} as const satisfies Record<string, FactKind>;

type ImapFactCode = keyof typeof imapFacts;

/** Reports facts of one source. */
export class ImapFactReporter extends FactReporter<ImapFactCode> implements IntakeFacts {
  constructor(events: EventChannel, source: string) {
    super(events, source, imapFacts);
  }

  trouble(sentence: string, waitMs: number): void {
    this.report("imap_trouble", { sentence, waitMs });
  }

  troubleOver(what: string): void {
    this.report("imap_trouble_over", { what });
  }

  resumed(tasks: number): void {
    this.report("imap_resumed", { tasks });
  }
}
