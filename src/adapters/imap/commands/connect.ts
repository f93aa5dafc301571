import { readFile } from "node:fs/promises";
import { ImapFlow } from "imapflow";
import type { Clock } from "../../../app_runtime/base/clock.ts";
import { unlessAborted } from "../../../app_runtime/base/unless_aborted.ts";
import { within } from "../../../app_runtime/base/within.ts";
import type { AccessTokens } from "../../../app_runtime/contracts/access_tokens.ts";
import { ImapConnection } from "../imap_connection.ts";
import { ImapCertificateFileError } from "../imap_errors.ts";
import { imapFailure } from "../imap_failure.ts";
import type { ImapConfig } from "../imap_schema.ts";

/** A server that accepts but has not greeted by then will not; often it waits for TLS. Milliseconds. */
const greetingLimitMs = 16_000;

/** A transfer may carry more than the mail: headers of the response, and servers that count bytes their own way. */
const literalSlack = 1_000_000;

export interface ConnectParts {
  readonly config: ImapConfig;
  readonly clock: Clock;
  /** For `auth: oauth2`. */
  readonly tokens: AccessTokens | undefined;
}

/**
 * Opens a connection and logs in: greeting (RFC 9051 §7.1.1), STARTTLS (§6.2.1), LOGIN or AUTHENTICATE (§6.2.2, §6.2.3).
 * A token that the server refuses is replaced once: it may have been taken back before its time.
 * @throws {AccessTokenError}, or what the socket, TLS or imapflow throws, for `imapFailure` to name.
 */
export async function connect(parts: ConnectParts, signal: AbortSignal): Promise<ImapConnection> {
  const { config, clock, tokens } = parts;
  if (tokens === undefined) return await logIn(config, { pass: config.password ?? "" }, clock, signal);
  const accessToken = await tokens.get({ signal });
  try {
    return await logIn(config, { accessToken }, clock, signal);
  } catch (error) {
    if (imapFailure(error, config).kind !== "token_refused") throw error;
    const renewed = await tokens.get({ refused: accessToken, signal });
    return await logIn(config, { accessToken: renewed }, clock, signal);
  }
}

type Secret = { readonly pass: string } | { readonly accessToken: string };

async function logIn(config: ImapConfig, secret: Secret, clock: Clock, signal: AbortSignal): Promise<ImapConnection> {
  const client = new ImapFlow(await clientOptions(config, secret));
  // Without a listener an error event would end the process; whoever waits for connect() gets the same error.
  client.on("error", () => undefined);
  try {
    const connecting = within(clock, config.socketTimeout, `Connecting to ${config.host}`, client.connect());
    await unlessAborted(signal, connecting);
  } catch (error) {
    client.close();
    throw error;
  }
  return new ImapConnection(client, clock, config.socketTimeout);
}

async function clientOptions(config: ImapConfig, secret: Secret): Promise<ConstructorParameters<typeof ImapFlow>[0]> {
  const ca = config.ca === undefined ? undefined : await certificateIn(config.ca);
  return {
    host: config.host,
    port: config.port,
    secure: config.security === "tls",
    // Left unset, the library would fall back to clear text when the server offers no STARTTLS.
    doSTARTTLS: config.security === "starttls",
    auth: { user: config.user, ...secret },
    ...(ca === undefined ? {} : { tls: { ca } }),
    clientInfo: { name: "app_runtime", version: false, vendor: false, "support-url": false },
    logger: false,
    // ImapConnection decides when to listen: it must not begin between two commands of one scan.
    disableAutoIdle: true,
    // CONDSTORE would make the server tell us of every flag we set; we need neither it nor rev2's other forms.
    disableAutoEnable: true,
    // Compressed, a small answer could unfold into more than the bounds below.
    disableCompression: true,
    connectionTimeout: config.socketTimeout,
    greetingTimeout: Math.min(greetingLimitMs, config.socketTimeout / 2),
    socketTimeout: config.socketTimeout,
    maxLiteralSize: config.maxMailSize + literalSlack,
    maxResponseSize: config.maxMailSize + 2 * literalSlack,
  };
}

async function certificateIn(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new ImapCertificateFileError(path, error);
  }
}
