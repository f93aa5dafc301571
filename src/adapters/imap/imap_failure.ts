import { messageOf } from "../../app_runtime/base/runtime_error.ts";
import { TimeLimitError } from "../../app_runtime/base/within.ts";
import { AccessTokenError } from "../../app_runtime/contracts/access_tokens.ts";
import {
  ImapCertificateFileError,
  ImapCommandRefusedError,
  ImapConnectionLostError,
  ImapFolderReadOnlyError,
  ImapKeywordRefusedError,
} from "./imap_errors.ts";
import type { ImapFailureKind, ImapPlace } from "./imap_failure_kind.ts";
import { failureSentence } from "./imap_failure_sentence.ts";

/** Why there is no working session, in words for an operator. */
export interface ImapFailure {
  readonly kind: ImapFailureKind;
  readonly sentence: string;
  /** Waiting will not help: somebody has to change a config or the server. */
  readonly needsPerson: boolean;
  /** The server asked us to stay away for so long, in milliseconds. */
  readonly waitMs?: number;
}

/** Names what went wrong. Never throws. Codes: Node's, imapflow's, and RFC 5530's response codes. */
export function imapFailure(thrown: unknown, place: ImapPlace): ImapFailure {
  const traits = traitsOf(thrown);
  const kind = kindOf(thrown, traits, place);
  const waitMs = kind === "throttled" ? traits.throttleReset : undefined;
  return {
    kind,
    sentence: failureSentence(kind, place, detailOf(thrown, traits)),
    needsPerson: needsPerson.has(kind),
    ...(waitMs === undefined ? {} : { waitMs }),
  };
}

interface Traits {
  readonly code: string | undefined;
  readonly serverCode: string | undefined;
  readonly response: string | undefined;
  readonly authenticationFailed: boolean;
  readonly mailboxMissing: boolean;
  readonly tlsFailed: boolean;
  readonly throttleReset: number | undefined;
  readonly bye: string | undefined;
}

function traitsOf(thrown: unknown): Traits {
  const get = (name: string): unknown =>
    typeof thrown === "object" && thrown !== null ? Reflect.get(thrown, name) : undefined;
  const text = (name: string) => (typeof get(name) === "string" ? (get(name) as string) : undefined);
  return {
    code: text("code"),
    serverCode: text("serverResponseCode")?.toUpperCase(),
    response: text("response") ?? text("responseText"),
    authenticationFailed: get("authenticationFailed") === true,
    mailboxMissing: get("mailboxMissing") === true,
    tlsFailed: get("tlsFailed") === true,
    throttleReset: typeof get("throttleReset") === "number" ? (get("throttleReset") as number) : undefined,
    bye: text("reason"),
  };
}

function kindOf(thrown: unknown, traits: Traits, place: ImapPlace): ImapFailureKind {
  if (thrown instanceof ImapFolderReadOnlyError) return "folder_read_only";
  if (thrown instanceof ImapKeywordRefusedError) return "keyword_refused";
  if (thrown instanceof ImapCertificateFileError) return "certificate_file";
  if (thrown instanceof ImapCommandRefusedError) return "refused";
  if (thrown instanceof AccessTokenError) {
    return thrown.failureClass === "permanent" ? "token_denied" : "token_unavailable";
  }
  if (thrown instanceof TimeLimitError) return "silent";
  if (traits.mailboxMissing) return "folder_missing";
  if (traits.authenticationFailed) {
    const kind = loginFailureKind(traits, messageOf(thrown));
    return kind === "wrong_password" && place.auth === "oauth2" ? "token_refused" : kind;
  }
  const byCode = kindByCode.get(traits.code ?? "");
  if (byCode === "silent" && traits.code === "GREETING_TIMEOUT" && place.security !== "tls") return "plain_on_tls_port";
  if (byCode !== undefined) return byCode;
  if (traits.code?.startsWith("ParserError") || traits.code?.endsWith("TooLarge")) return "garbled";
  if (traits.bye !== undefined) return "closed_by_server";
  if (traits.tlsFailed) return "starttls_missing";
  if (thrown instanceof ImapConnectionLostError || traits.code?.startsWith("ClosedAfterConnect")) return "lost";
  if (/wrong version number|packet length too long|unsupported protocol/i.test(messageOf(thrown)))
    return "tls_on_plain_port";
  // imapflow's words; it has looked at what the server offers.
  return messageOf(thrown) === "Unsupported authentication mechanism" && place.auth === "oauth2"
    ? "tokens_not_taken"
    : "unexpected";
}

/** A full server also says "authentication failed"; only the response code tells (RFC 5530 §3), or failing that the text. */
function loginFailureKind(traits: Traits, message: string): ImapFailureKind {
  const said = `${message} ${traits.response ?? ""}`;
  if (/login is disabled/i.test(said) || traits.serverCode === "PRIVACYREQUIRED") return "login_disabled";
  if (traits.serverCode === "LIMIT") return "too_many_connections";
  if (traits.serverCode === "UNAVAILABLE" || traits.serverCode === "INUSE" || traits.serverCode === "SERVERBUG") {
    return "throttled";
  }
  if (traits.serverCode === "AUTHENTICATIONFAILED") return "wrong_password";
  if (/too many|maximum number of connections/i.test(said)) return "too_many_connections";
  return /throttl|temporar|try again/i.test(said) ? "throttled" : "wrong_password";
}

const kindByCode: ReadonlyMap<string, ImapFailureKind> = new Map<string, ImapFailureKind>([
  ["ETHROTTLE", "throttled"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "certificate_unknown"],
  ["UNABLE_TO_GET_ISSUER_CERT", "certificate_unknown"],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "certificate_unknown"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "certificate_unknown"],
  ["SELF_SIGNED_CERT_IN_CHAIN", "certificate_unknown"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "certificate_wrong_name"],
  ["CERT_HAS_EXPIRED", "certificate_expired"],
  ["CERT_NOT_YET_VALID", "certificate_expired"],
  ["ERR_SSL_WRONG_VERSION_NUMBER", "tls_on_plain_port"],
  ["ERR_SSL_PACKET_LENGTH_TOO_LONG", "tls_on_plain_port"],
  ["ECONNREFUSED", "unreachable"],
  ["ENOTFOUND", "unreachable"],
  ["EAI_AGAIN", "unreachable"],
  ["EHOSTUNREACH", "unreachable"],
  ["ENETUNREACH", "unreachable"],
  ["ETIMEDOUT", "silent"],
  ["ETIMEOUT", "silent"],
  ["CONNECT_TIMEOUT", "silent"],
  ["UPGRADE_TIMEOUT", "silent"],
  ["GREETING_TIMEOUT", "silent"],
  ["ECONNRESET", "lost"],
  ["EPIPE", "lost"],
  ["InvalidResponse", "garbled"],
  ["ResponseProcessingFailed", "garbled"],
  ["UnexpectedTag", "garbled"],
]);

const needsPerson: ReadonlySet<ImapFailureKind> = new Set<ImapFailureKind>([
  "wrong_password",
  "token_refused",
  "token_denied",
  "tokens_not_taken",
  "login_disabled",
  "certificate_unknown",
  "certificate_wrong_name",
  "certificate_expired",
  "certificate_file",
  "tls_on_plain_port",
  "starttls_missing",
  "folder_missing",
  "folder_read_only",
  "keyword_refused",
]);

/** What the other side said, else what the library says; one line. */
function detailOf(thrown: unknown, traits: Traits): string {
  // Sentences already, with the command to type at their end.
  if (thrown instanceof AccessTokenError) return thrown.message;
  const said = traits.bye ?? traits.response ?? messageOf(thrown);
  const code = traits.serverCode ?? traits.code;
  const detail = code === undefined || said.includes(code) ? said : `${code}: ${said}`;
  return detail.replace(/\s+/g, " ").slice(0, 300);
}
