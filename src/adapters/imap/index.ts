export { imapSourceKind } from "./imap_kind.ts";
export type { MailTask, MailToTask, ReceivedMail, StoredMail, TooLargeMail } from "./received_mail.ts";
