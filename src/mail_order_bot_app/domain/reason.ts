/** Why a mail was decided the way it was, for machines: stable words. */
export type ReasonCode =
  // accept
  | "all_lines_accepted"
  | "some_lines_accepted"
  // lines
  | "line_unknown_sku"
  | "line_bad_quantity"
  | "line_price_differs"
  | "line_backorder"
  // ignore
  | "automatic_mail"
  | "duplicate"
  // review: who sent it
  | "sender_missing"
  | "sender_ambiguous"
  | "sender_unknown"
  | "sender_not_authenticated"
  // review: what kind of mail it is
  | "mail_unreadable"
  | "automatic_mail_with_order"
  | "reply_undeliverable"
  | "amendment"
  | "message_id_reused"
  | "answers_our_mail"
  | "change_request"
  | "inquiry"
  // review: what stands in it
  | "nothing_ordered"
  | "html_only"
  | "forwarded"
  | "text_too_long"
  | "line_unclear"
  | "too_many_lines"
  | "po_number_unclear"
  | "csv_unreadable"
  | "csv_columns_unknown"
  | "csv_row_unclear"
  | "attachment_not_read"
  | "several_order_lists";

/** A reason with its sentence for people. The sentence may quote the mail, on one line and shortened. */
export interface Reason {
  readonly code: ReasonCode;
  readonly sentence: string;
}

export function reason(code: ReasonCode, sentence: string): Reason {
  return { code, sentence };
}
