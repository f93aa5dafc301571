import { type InboxPreview, imapPreviewKind } from "../adapters/imap/index.ts";
import { copyDatabase } from "../adapters/journal_sqlite/index.ts";
import type { Oauth2Grants } from "../adapters/oauth2/index.ts";
import {
  type Infrastructure,
  type PlatformServices,
  type RuntimeEvent,
  type RuntimeParts,
  type SourceParts,
  SystemClock,
  type UnitKind,
} from "../app_runtime/index.ts";
import type { CommandLine } from "./command_line.ts";
import { composeBot, newGrants, openDataFiles, openStores } from "./compose_bot.ts";
import { DryRunDecisions } from "./dry_run_decisions.ts";
import type { DryRunInbox } from "./dry_run_report.ts";
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
  const { commandLine, directory, newest } = options;
  const clock = new SystemClock();
  const previews = new Map<string, InboxPreview>();
  const failures = new Map<string, string>();
  let expected: readonly string[] = [];
  let unseen: readonly string[] = [];
  let grants: Oauth2Grants | undefined;
  let decisions: DryRunDecisions | undefined;

  const infrastructure = async (platform: PlatformServices): Promise<Infrastructure> => {
    const sources = Object.entries((platform.snapshot.values.sources ?? {}) as Record<string, { adapter: string }>);
    expected = sources.flatMap(([name, { adapter }]) => (adapter === "imap" ? [name] : []));
    unseen = sources.flatMap(([name, { adapter }]) => (adapter === "imap" ? [] : [name]));
    await copyDatabase(platform.platform.dataDir, directory);
    const alone = { ...platform.platform.sharing, mode: "exclusive" } as const;
    const stores = openStores({ ...platform, platform: { ...platform.platform, dataDir: directory, sharing: alone } });
    platform.provide(botTokens.orders, stores.orders);
    await openDataFiles(platform);
    grants = newGrants(platform, commandLine);
    decisions = new DryRunDecisions({ orders: stores.orders, journal: stores.journal.journal, failures, clock });
    return { journal: stores.journal.journal, blobs: stores.blobs, components: [stores.journal, grants] };
  };
  const preview = imapPreviewKind({
    toTask: orderMailTask,
    accessTokens: (grant) => {
      if (grants === undefined) throw new Error("The grants are made with the infrastructure, before any unit.");
      return grants.accessTokens(grant);
    },
    newest,
    onPreview: (found) => previews.set(found.source, found),
  });

  const { parts } = composeBot({ ...options, print: () => undefined });
  return {
    parts: {
      ...parts,
      kinds: parts.kinds.map((kind) => kindFor(kind, preview)),
      infrastructure,
      pauses: { load: async () => [], save: async () => undefined },
      readers: [(event) => noteFailure(failures, event)],
      clock,
    },
    result: async (signal) => {
      while (previews.size < expected.length && !signal.aborted)
        await new Promise((wake) => clock.after(lookMs, () => wake(undefined)));
      const looked = expected.flatMap((name) => previews.get(name) ?? []);
      const found = (await decisions?.of(looked, signal)) ?? [];
      return [...found, ...unseen.map((source): DryRunInbox => ({ kind: "not_looked", source }))];
    },
  };
}

const lookMs = 20;

function kindFor(kind: UnitKind, preview: UnitKind): UnitKind {
  if (kind.role !== "source") return kind;
  return kind.kind === "imap"
    ? preview
    : { ...kind, create: async (_: unknown, { name }: SourceParts) => idleSource(name) };
}

/** Why a mail is not decided: its last failure. */
function noteFailure(failures: Map<string, string>, event: RuntimeEvent): void {
  if (event.kind === "task.retried") failures.set(event.taskId, event.reason);
  if (event.kind === "task.dead_lettered") failures.set(event.taskId, event.detail);
}
