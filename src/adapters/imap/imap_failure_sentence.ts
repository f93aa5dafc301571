import type { ImapFailureKind, ImapPlace } from "./imap_failure_kind.ts";

/** One sentence or two: what is wrong, where, and what to do. `detail` is what the other side said. */
export function failureSentence(kind: ImapFailureKind, place: ImapPlace, detail: string): string {
  return sentences[kind](place, detail);
}

type Sentence = (place: ImapPlace, detail: string) => string;

const at = (place: ImapPlace) => `${place.host}:${place.port}`;

const sentences: Readonly<Record<ImapFailureKind, Sentence>> = {
  wrong_password: (place, detail) =>
    `${at(place)} refuses the login of "${place.user}" (${detail}). Check \`user\` and \`password\`.`,
  token_refused: (place, detail) =>
    `${at(place)} refuses the access token of "${place.user}", even a new one (${detail}). Check that \`user\` is the mailbox that has logged in for \`grant\`, and that it may use IMAP.`,
  token_unavailable: (place, detail) =>
    `There is no access token to log in "${place.user}" at ${at(place)}. ${detail} Trying again.`,
  token_denied: (place, detail) => `There is no access token to log in "${place.user}" at ${at(place)}. ${detail}`,
  tokens_not_taken: (place) => `${at(place)} takes no access tokens, only passwords. Use \`auth: password\`.`,
  login_disabled: (place) =>
    `${at(place)} takes no password on this connection. Use \`security: tls\` or \`starttls\`.`,
  too_many_connections: (place, detail) =>
    `${at(place)} has too many connections of "${place.user}" (${detail}). Close other mail programs or raise the server's limit; trying again.`,
  throttled: (place, detail) => `${at(place)} asks us to slow down (${detail}). Trying again later.`,
  certificate_unknown: (place, detail) =>
    `The certificate of ${at(place)} is not signed by an authority we trust (${detail}). Set \`ca\` to the PEM file of its authority.`,
  certificate_wrong_name: (place, detail) =>
    `The certificate of ${at(place)} is for another name (${detail}). Set \`host\` to a name in the certificate.`,
  certificate_expired: (place, detail) =>
    `The certificate of ${at(place)} is not valid today (${detail}). Renew it on the server, or set this machine's clock.`,
  certificate_file: (_place, detail) => `The file named by \`ca\` cannot be read (${detail}).`,
  tls_on_plain_port: (place) =>
    `${at(place)} does not speak TLS on this port. Use \`security: starttls\`, or the TLS port (usually 993).`,
  plain_on_tls_port: (place) =>
    `${at(place)} accepts connections but sends no greeting. If this is its TLS port (usually 993), use \`security: tls\`; else it hangs. Trying again.`,
  starttls_missing: (place, detail) =>
    `${at(place)} does not offer STARTTLS (${detail}). Use \`security: tls\` with its TLS port.`,
  folder_missing: (place) => `${at(place)} has no folder "${place.folder}". Create it, or correct \`folder\`.`,
  folder_read_only: (place) =>
    `"${place.user}" may only read folder "${place.folder}" on ${at(place)}, so no mail could be marked as done. Grant the right to store flags.`,
  keyword_refused: (place, detail) =>
    `Folder "${place.folder}" on ${at(place)} takes no keywords of ours (${detail}), so \`track: keyword\` would take each mail for a new one. Use \`track: seen\`, or let the server keep keywords.`,
  unreachable: (place, detail) => `${at(place)} cannot be reached (${detail}). Trying again.`,
  silent: (place, detail) => `${at(place)} does not answer (${detail}). Trying again.`,
  closed_by_server: (place, detail) => `${at(place)} closed the connection (${detail}). Trying again.`,
  lost: (place, detail) => `The connection to ${at(place)} was lost (${detail}). Trying again.`,
  garbled: (place, detail) => `${at(place)} sent something that is not IMAP (${detail}). Trying again.`,
  refused: (place, detail) => `${at(place)}: ${detail} Trying again.`,
  unexpected: (place, detail) => `Working with ${at(place)} failed (${detail}). Trying again.`,
};
