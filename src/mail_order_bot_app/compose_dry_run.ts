import { imapPreviewKind } from "../adapters/imap/index.ts";
import { copyDatabase } from "../adapters/journal_sqlite/index.ts";
import type { Oauth2Grants } from "../adapters/oauth2/index.ts";
import {
  type ConfigSnapshot,
  type Infrastructure,
  type PlatformServices,
  type RuntimeParts,
  type SourceParts,
  SystemClock,
  type UnitKind,
} from "../app_runtime/index.ts";
import type { CommandLine } from "./command_line.ts";
import { composeBot, newGrants, openDataFiles, openStores } from "./compose_bot.ts";
import type { DryRunInbox, InboxPlace } from "./dry_run_report.ts";
import { DryRunWatch } from "./dry_run_watch.ts";
import { idleSource } from "./idle_source.ts";
import { botTokens } from "./module/mail_order_bot_tokens.ts";
import { orderMailTask } from "./sources/order_mail_task.ts";

export interface DryRunOptions {
  readonly commandLine: CommandLine;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** An empty directory, in which everything is written. */
  readonly directory: string;
  /** Mails to decide of each mailbox. */
  readonly newest: number;
}

export interface DryRunPlan {
  readonly parts: RuntimeParts;
  /** Resolves when every mailbox was looked at and every mail that was taken is decided, or seems never to be. */
  result(signal: AbortSignal): Promise<readonly DryRunInbox[]>;
}

/**
 * The bot with everything that reaches outside taken away: no outbox, no control plane, no log, no telemetry, its database a
 * copy, and in place of each mail source one that only looks.
 */
export function composeDryRun(options: DryRunOptions): DryRunPlan {
  const clock = new SystemClock();
  const watch = new DryRunWatch(clock);
  let others: readonly string[] = [];
  let grants: Oauth2Grants | undefined;

  const infrastructure = async (platform: PlatformServices): Promise<Infrastructure> => {
    const stores = await openCopy(platform, options.directory);
    platform.provide(botTokens.orders, stores.orders);
    await openDataFiles(platform);
    grants = newGrants(platform, options.commandLine);
    const sources = sourcesIn(platform.snapshot);
    others = sources.flatMap(({ source, adapter }) => (adapter === "imap" ? [] : [source]));
    const inboxes = sources.flatMap(({ adapter, ...place }) => (adapter === "imap" ? [place] : []));
    const { journal } = stores.journal;
    watch.follow({ inboxes, orders: stores.orders, journal });
    return { journal, blobs: stores.blobs, components: [stores.journal, grants] };
  };
  const preview = imapPreviewKind({
    toTask: orderMailTask,
    accessTokens: (grant) => {
      if (grants === undefined) throw new Error("The grants are made with the infrastructure, before any unit.");
      return grants.accessTokens(grant);
    },
    newest: options.newest,
    onPreview: watch.previewed,
  });

  const { parts } = composeBot({ ...options, print: () => undefined });
  return {
    parts: {
      ...parts,
      kinds: parts.kinds.map((kind) => kindFor(kind, preview)),
      infrastructure,
      pauses: { load: async () => [], save: async () => undefined },
      readers: [watch.heard],
      clock,
    },
    result: async (signal) => [
      ...(await watch.result(signal)),
      ...others.map((source): DryRunInbox => ({ kind: "not_looked", source })),
    ],
  };
}

/** The real database is only read, also while the bot works with it. */
async function openCopy(platform: PlatformServices, directory: string) {
  const { dataDir, sharing } = platform.platform;
  await copyDatabase(dataDir, directory);
  const moved = { ...platform.platform, dataDir: directory, sharing: { ...sharing, mode: "exclusive" } as const };
  return openStores({ ...platform, platform: moved });
}

function sourcesIn({ values }: ConfigSnapshot): readonly (InboxPlace & { readonly adapter: string })[] {
  const sources = (values.sources ?? {}) as Readonly<Record<string, Omit<InboxPlace, "source"> & { adapter: string }>>;
  return Object.entries(sources).map(([source, { adapter, host, user, folder }]) => ({
    source,
    adapter,
    host,
    user,
    folder,
  }));
}

function kindFor(kind: UnitKind, preview: UnitKind): UnitKind {
  if (kind.role !== "source") return kind;
  return kind.kind === "imap"
    ? preview
    : { ...kind, create: async (_: unknown, { name }: SourceParts) => idleSource(name) };
}
