import { type HeaderFields, headerFields } from "../../app_runtime/intake/api.ts";
import { fetchBatch } from "./commands/fetch_batch.ts";
import { fetchHeaders } from "./commands/fetch_headers.ts";
import type { SizedMail } from "./commands/fetch_sizes.ts";
import type { ImapConnection } from "./imap_connection.ts";

/** A mail as it came; `raw` is absent when it is over the limit. */
export interface ReadMail extends SizedMail {
  readonly headers: HeaderFields;
  readonly raw: Uint8Array | undefined;
}

/** Content, or headers alone for mails of more than `maxMailBytes`. Mails the server did not answer for are missing. */
export async function readMails(
  connection: ImapConnection,
  mails: readonly SizedMail[],
  maxMailBytes: number,
): Promise<readonly ReadMail[]> {
  const isSmall = (mail: SizedMail) => mail.size <= maxMailBytes;
  const bodies = await fetchBatch(connection, mails.filter(isSmall));
  const heads = await fetchHeaders(
    connection,
    mails.filter((mail) => !isSmall(mail)),
  );
  return mails.flatMap((mail) => {
    const raw = bodies.get(mail.uid);
    const headers = raw === undefined ? heads.get(mail.uid) : headerFields(raw);
    return headers === undefined ? [] : [{ ...mail, raw, headers }];
  });
}
