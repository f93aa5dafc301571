import { ImapSource } from "../../../src/adapters/imap/imap_source.ts";
import type { ReceivedMail } from "../../../src/adapters/imap/received_mail.ts";
import type { AccessTokens } from "../../../src/app_runtime/contracts/access_tokens.ts";
import type { MailConnection } from "../../support/mail_servers.ts";
import { type DeskOptions as AnyDeskOptions, SourceDesk, SourceRun } from "../../support/source_desk.ts";
import { imapConfig, type WrittenConfig } from "./imap_config.ts";

export { eventually, type Work } from "../../support/source_desk.ts";

export interface DeskOptions extends AnyDeskOptions<ReceivedMail> {
  readonly config?: WrittenConfig;
  readonly tokens?: AccessTokens;
}

/** The desk of a mailbox. */
export class MailDesk extends SourceDesk {
  readonly #connection: MailConnection;

  constructor(connection: MailConnection) {
    super();
    this.#connection = connection;
  }

  async open(options: DeskOptions = {}): Promise<DeskRun> {
    await this.database.open();
    const { host, port, user, password } = this.#connection;
    const config = imapConfig({ host, port, user, password, ...options.config });
    const { tokens } = options;
    const random = () => 0.5;
    return new DeskRun(this, options, (parts, toTask) => new ImapSource({ config, parts, toTask, tokens, random }));
  }
}

export class DeskRun extends SourceRun<ImapSource, ReceivedMail> {
  get uids(): readonly number[] {
    return this.handled.map((mail) => mail.uid);
  }
}

/** The UIDs that carry the flag. */
export function flagged(flags: ReadonlyMap<number, ReadonlySet<string>>, flag: string): readonly number[] {
  return [...flags].flatMap(([uid, set]) => (set.has(flag) ? [uid] : []));
}
