export type { MailTask } from "../../app_runtime/intake/api.ts";
export { imapSourceKind } from "./imap_kind.ts";
export { imapPreviewKind } from "./imap_preview_kind.ts";
export type { InboxCounts, InboxPreview } from "./inbox_preview.ts";
export type { MailToTask, ReceivedMail, StoredMail, TooLargeMail } from "./received_mail.ts";
