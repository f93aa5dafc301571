/** Where we tried, for sentences. */
export interface ImapPlace {
  readonly host: string;
  readonly port: number;
  readonly security: "tls" | "starttls" | "none";
  readonly user: string;
  /** Absent: password. */
  readonly auth?: "password" | "oauth2";
  readonly folder: string;
}

export type ImapFailureKind =
  | "wrong_password"
  | "token_refused"
  | "token_unavailable"
  | "token_denied"
  | "tokens_not_taken"
  | "login_disabled"
  | "too_many_connections"
  | "throttled"
  | "certificate_unknown"
  | "certificate_wrong_name"
  | "certificate_expired"
  | "certificate_file"
  | "tls_on_plain_port"
  | "plain_on_tls_port"
  | "starttls_missing"
  | "folder_missing"
  | "folder_read_only"
  | "keyword_refused"
  | "unreachable"
  | "silent"
  | "closed_by_server"
  | "lost"
  | "garbled"
  | "refused"
  | "unexpected";
