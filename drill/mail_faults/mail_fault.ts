import type { ConfigTree } from "../bot_config.ts";
import type { BotProcess } from "../bot_process.ts";
import type { Faults } from "../faults.ts";
import type { MailServerName } from "../mail_server.ts";
import type { Scene } from "../scene.ts";

/** `mode` of the source. */
export type Mode = "poll" | "idle";

/** Who plays. */
export interface FaultAct {
  readonly scene: Scene;
  readonly bot: BotProcess;
  readonly mode: Mode;
}

/** One way in which taking mail in can be disturbed, for any server and mode. */
export interface MailFault {
  readonly name: string;
  /** Default: both. */
  readonly servers?: readonly MailServerName[];
  /** Default: both. */
  readonly modes?: readonly Mode[];
  /** Default: INBOX. */
  readonly folder?: string;
  /** What the source is told beside its limits. */
  readonly source?: (fast: boolean) => ConfigTree;
  readonly faults?: Faults;
  /** Lets it loose; then mails arrive. */
  begin(act: FaultAct): void | Promise<void>;
  /** Whether it has begun to hurt. Default: the wire did something. */
  struck?(act: FaultAct): boolean | Promise<boolean>;
  /** From then on; default: no time. */
  readonly lasts?: Lasting;
  /** No mail can arrive before its end. */
  readonly noMailMeanwhile?: boolean;
  /** Default: everything gets through again. */
  end?(act: FaultAct): void | Promise<void>;
}

export type Lasting =
  | { readonly ms: (fast: boolean) => number }
  /** It is so bad that somebody must be told. */
  | "until_health_fails"
  /** It may last for ever: the mails that arrive meanwhile are ordered all the same. */
  | "until_all_is_ordered";

/** Long enough for some failed tries, in a quick look as with the product's limits. */
export const aWhile: Lasting = { ms: (fast) => (fast ? 1_000 : 20_000) };
