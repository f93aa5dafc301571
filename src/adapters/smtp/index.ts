export { SmtpClearTextError, SmtpMailer } from "./smtp_mailer.ts";
export type { SmtpMailbox, SmtpMessage } from "./smtp_message.ts";
export type { SmtpResult } from "./smtp_result.ts";
export { type SmtpConfig, smtpSchema } from "./smtp_schema.ts";
