import { type FetchMessageObject, ImapFlow } from "imapflow";
import PostalMime from "postal-mime";

/** An IMAP account that can be reached without TLS. */
export interface AnchorAccount {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

export interface AnchorResult {
  readonly mails: number;
  readonly mailsPerSecond: number;
  /** Processor time of this process, user and system, in milliseconds. */
  readonly cpuMsPerMail: number;
}

/**
 * The least a mail program can do: fetch all unread mails of the INBOX in batches, parse them, mark them as read. One
 * connection, the next batch is fetched while one is parsed, no journal, no queue. What a source achieves is told as a
 * share of this, measured in the same run. The connect is not counted.
 */
export async function runImapAnchor(account: AnchorAccount, batch = 200): Promise<AnchorResult> {
  const client = await openInbox(account);
  const [startedAt, cpuBefore] = [performance.now(), process.cpuUsage()];
  const mails = await readAll(client, batch);
  const [tookMs, cpu] = [performance.now() - startedAt, process.cpuUsage(cpuBefore)];
  await client.logout();
  return {
    mails,
    mailsPerSecond: (mails / tookMs) * 1000,
    cpuMsPerMail: (cpu.user + cpu.system) / 1000 / Math.max(1, mails),
  };
}

async function openInbox({ host, port, user, password }: AnchorAccount): Promise<ImapFlow> {
  const client = new ImapFlow({
    host,
    port,
    secure: false,
    doSTARTTLS: false,
    auth: { user, pass: password },
    disableAutoIdle: true,
    logger: false,
  });
  // Without a listener an error event would end the process; the command in flight rejects as well.
  client.on("error", () => undefined);
  await client.connect();
  await client.mailboxOpen("INBOX");
  return client;
}

async function readAll(client: ImapFlow, batch: number): Promise<number> {
  const uids = await client.search({ seen: false }, { uid: true });
  if (!Array.isArray(uids)) throw new Error("The server refused UID SEARCH.");
  let mails = 0;
  let ahead = fetchRange(client, uids.slice(0, batch));
  for (let from = 0; from < uids.length; from += batch) {
    const rows = await ahead;
    ahead = fetchRange(client, uids.slice(from + batch, from + 2 * batch));
    for (const { source } of rows) {
      if (source === undefined) continue;
      await PostalMime.parse(source);
      mails += 1;
    }
    const range = rows.map((row) => row.uid);
    if (!(await client.messageFlagsAdd(range, ["\\Seen"], { uid: true, silent: true }))) {
      throw new Error("The server refused UID STORE.");
    }
  }
  await ahead;
  return mails;
}

/** UID FETCH first:last. The range may hold other mails than unread ones in theory; in the bench it never does. */
function fetchRange(client: ImapFlow, uids: readonly number[]): Promise<FetchMessageObject[]> {
  if (uids.length === 0) return Promise.resolve([]);
  return client.fetchAll(`${uids[0]}:${uids.at(-1)}`, { uid: true, source: true }, { uid: true });
}
