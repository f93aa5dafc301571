import { expect, test } from "vitest";
import {
  ImapCertificateFileError,
  ImapCommandRefusedError,
  ImapConnectionLostError,
  ImapFolderReadOnlyError,
} from "../../../src/adapters/imap/imap_errors.ts";
import { imapFailure } from "../../../src/adapters/imap/imap_failure.ts";
import { Oauth2LoginNeededError, Oauth2UnavailableError } from "../../../src/adapters/oauth2/oauth2_errors.ts";
import { TimeLimitError } from "../../../src/app_runtime/base/within.ts";

const place = { host: "mail.example", port: 143, security: "starttls", user: "orders", folder: "Orders" } as const;
const coded = (code: string, message = "it went wrong") => Object.assign(new Error(message), { code });
const login = (traits: object) => Object.assign(new Error("Command failed"), { authenticationFailed: true, ...traits });
const lost = (bye?: string) => new ImapConnectionLostError("x", { bye, cause: undefined });

test.each([
  [
    "wrong_password",
    login({ serverResponseCode: "AUTHENTICATIONFAILED", response: "Invalid credentials" }),
    "Check `user`",
  ],
  ["wrong_password", login({}), "Check `user`"],
  ["too_many_connections", login({ serverResponseCode: "LIMIT" }), "too many connections"],
  [
    "too_many_connections",
    login({ response: "[ALERT] Too many simultaneous connections." }),
    "Trying again".toLowerCase(),
  ],
  ["throttled", login({ serverResponseCode: "UNAVAILABLE" }), "slow down"],
  ["token_unavailable", new Oauth2UnavailableError("g", "login.example", "HTTP 503"), "(HTTP 503). Trying again."],
  ["token_denied", new Oauth2LoginNeededError("It is over.", "log in"), "It is over. Somebody has to log in: log in"],
  ["throttled", coded("ETHROTTLE"), "slow down"],
  ["login_disabled", login({ message: "Login is disabled" }), "takes no password"],
  ["certificate_unknown", coded("UNABLE_TO_VERIFY_LEAF_SIGNATURE"), "Set `ca`"],
  ["certificate_wrong_name", coded("ERR_TLS_CERT_ALTNAME_INVALID"), "another name"],
  ["certificate_expired", coded("CERT_HAS_EXPIRED"), "Renew it"],
  ["certificate_file", new ImapCertificateFileError("/ca.pem", new Error("ENOENT")), "/ca.pem"],
  ["tls_on_plain_port", coded("ERR_SSL_WRONG_VERSION_NUMBER"), "does not speak TLS"],
  [
    "tls_on_plain_port",
    new Error("C0:error:0A00010B:SSL routines:tls_validate:wrong version number"),
    "does not speak TLS",
  ],
  ["plain_on_tls_port", coded("GREETING_TIMEOUT"), "use `security: tls`"],
  ["starttls_missing", Object.assign(new Error("no STARTTLS"), { tlsFailed: true }), "does not offer STARTTLS"],
  ["folder_missing", Object.assign(new Error("x"), { mailboxMissing: true }), 'no folder "Orders"'],
  ["folder_read_only", new ImapFolderReadOnlyError("Orders"), "may only read"],
  ["unreachable", coded("ENOTFOUND"), "cannot be reached"],
  ["silent", coded("ETIMEOUT"), "does not answer"],
  ["silent", new TimeLimitError("NOOP", 90_000), "does not answer"],
  ["closed_by_server", lost("Server shutting down"), "Server shutting down"],
  ["closed_by_server", Object.assign(coded("ClosedAfterConnectTLS"), { reason: "Too busy" }), "Too busy"],
  ["lost", lost(), "was lost"],
  ["lost", coded("ECONNRESET"), "was lost"],
  ["lost", coded("ClosedAfterConnectText"), "was lost"],
  ["garbled", coded("ParserError11"), "not IMAP"],
  ["garbled", coded("LiteralTooLarge"), "not IMAP"],
  ["refused", new ImapCommandRefusedError("UID SEARCH"), "refused UID SEARCH"],
  ["unexpected", new Error("what is this"), "what is this"],
  ["unexpected", "a string", "a string"],
  ["unexpected", undefined, "undefined"],
])("%s: %s", (kind, thrown, words) => {
  const failure = imapFailure(thrown, place);
  expect(failure.kind).toBe(kind);
  expect(failure.sentence).toContain(words);
  expect(failure.sentence).toMatch(/mail\.example:143|ca\.pem/);
});

test("a silent server on its TLS port is not told to use TLS", () => {
  expect(imapFailure(coded("GREETING_TIMEOUT"), { ...place, security: "tls" }).kind).toBe("silent");
});

test("a refused login is a refused token where one was used, and a full server stays full", () => {
  const byToken = { ...place, auth: "oauth2" } as const;
  expect(imapFailure(login({ response: "Invalid credentials" }), byToken).kind).toBe("token_refused");
  expect(imapFailure(login({ serverResponseCode: "LIMIT" }), byToken).kind).toBe("too_many_connections");
  expect(imapFailure(new Error("Unsupported authentication mechanism"), byToken).kind).toBe("tokens_not_taken");
  expect(imapFailure(new Error("Unsupported authentication mechanism"), place).kind).toBe("unexpected");
});

test("what a server says is kept to one line of bounded length", () => {
  const { sentence } = imapFailure(lost(`line 1\r\nline 2 ${"x".repeat(10_000)}`), place);
  expect(sentence).not.toMatch(/[\r\n]/);
  expect(sentence.length).toBeLessThan(500);
});
