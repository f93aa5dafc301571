import { messageOf, RuntimeError } from "../../app_runtime/base/runtime_error.ts";

/** The connection is gone. `reason` is what the server said with its BYE (RFC 9051 §7.1.5), if it said anything. */
export class ImapConnectionLostError extends RuntimeError {
  readonly code = "IMAP_CONNECTION_LOST";
  readonly reason: string | undefined;

  constructor(why: string, parts: { readonly bye: string | undefined; readonly cause: unknown }) {
    super(`The IMAP connection ended: ${why}.`, { cause: parts.cause });
    this.reason = parts.bye;
  }
}

/** We ended the connection ourselves: a fresh one is due, or the source stops. */
export class ImapConnectionClosedError extends RuntimeError {
  readonly code = "IMAP_CONNECTION_CLOSED";

  constructor() {
    super("The IMAP connection was closed by this source.");
  }
}

/** The server answered NO or BAD, or the library did not even ask. */
export class ImapCommandRefusedError extends RuntimeError {
  readonly code = "IMAP_COMMAND_REFUSED";

  constructor(command: string) {
    super(`The IMAP server refused ${command}. Its log says why.`);
  }
}

/** Nothing could ever be marked \Seen there. */
export class ImapFolderReadOnlyError extends RuntimeError {
  readonly code = "IMAP_FOLDER_READ_ONLY";

  constructor(folder: string) {
    super(`Folder "${folder}" opened read-only.`);
  }
}

/** `track: keyword` needs a keyword that lasts. */
export class ImapKeywordRefusedError extends RuntimeError {
  readonly code = "IMAP_KEYWORD_REFUSED";

  constructor(folder: string, keyword: string) {
    super(`Folder "${folder}" does not store the keyword ${keyword}.`);
  }
}

/** The file named by `ca` cannot be read. */
export class ImapCertificateFileError extends RuntimeError {
  readonly code = "IMAP_CERTIFICATE_FILE";

  constructor(path: string, cause: unknown) {
    super(`The certificate file ${path} cannot be read: ${messageOf(cause)}.`, { cause });
  }
}
