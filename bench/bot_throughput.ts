import type { Dovecot } from "../test/support/dovecot.ts";
import { freePort } from "../test/support/free_port.ts";
import { alternate, type Calm, measureCalm } from "./alternate.ts";
import type { Bench, BenchResult } from "./bench.ts";
import { inBenchDirectory } from "./bench_directory.ts";
import { writeBotConfig } from "./bot_config.ts";
import type { BotFigures, BotRequest } from "./bot_side.ts";
import type { CommitFigures, CommitRequest } from "./commit_bound_side.ts";
import type { AnchorResult } from "./imap_anchor.ts";
import { withNullSmtpServer } from "./null_smtp_server.ts";
import { withDovecot, withOrders } from "./order_mailbox.ts";
import { runApart } from "./run_apart.ts";
import { startFlags } from "./start_flags.ts";
import { rounded, spread } from "./statistics.ts";

const anchorScript = new URL("./anchor_side.ts", import.meta.url);
const botScript = new URL("./bot_side.ts", import.meta.url);
const commitScript = new URL("./commit_bound_side.ts", import.meta.url);

/** How many orders are committed to find the disk's bound. */
const maxCommits = 5_000;

/** One mailbox per side, all filled alike. */
interface Round {
  /** What any mail program could do. */
  readonly anchor: AnchorResult;
  /** The bot with a handler that answers done. */
  readonly nothing: BotFigures;
  /** The bot itself; its confirmations wait in the outbox, for their server is down. */
  readonly full: BotFigures;
  /** The same with a server that takes them meanwhile. */
  readonly sending: BotFigures;
  /** What the disk allows. */
  readonly commits: CommitFigures;
}

/** How fast the bot works off a mailbox, as a share of what any mail program could do and of what the disk allows. */
export const botThroughput: Bench = {
  name: "bot_throughput",
  question: "How fast is a full mailbox worked off, against a bare fetch-parse-mark loop and the disk?",
  run: ({ quick, say }) =>
    withDovecot(async (dovecot) => {
      const mails = quick ? 100 : 10_000;
      const calm = await measureCalm(quick ? 1 : 5, async () => 1 / (await runAnchor(dovecot, mails)).mailsPerSecond);
      say(`the anchor twice: ${calm.ratios.median}`);
      const rounds = await alternate(quick ? 1 : 9, sidesOn(dovecot, mails), (round, number) => {
        say(`round ${number}: ${sentenceOf(round)}`);
      });
      return resultOf(mails, rounds, calm);
    }),
};

function sidesOn(dovecot: Dovecot, mails: number) {
  const bot = async (handler: BotRequest["handler"]) =>
    await runBot(dovecot, { handler, mails, smtpPort: await freePort() });
  return {
    anchor: () => runAnchor(dovecot, mails),
    nothing: () => bot("nothing"),
    full: () => bot("full"),
    sending: () => withNullSmtpServer((smtpPort) => runBot(dovecot, { handler: "full", mails, smtpPort })),
    commits: () => runCommits(Math.min(mails, maxCommits)),
  };
}

function runAnchor(dovecot: Dovecot, mails: number): Promise<AnchorResult> {
  return withOrders(dovecot, mails, async (account) => {
    const result = await runApart<AnchorResult>(anchorScript, account);
    if (result.mails !== mails) throw new Error(`The anchor read ${result.mails} of ${mails} mails.`);
    return result;
  });
}

function runBot(
  dovecot: Dovecot,
  { handler, mails, smtpPort }: Pick<BotRequest, "handler" | "mails"> & { readonly smtpPort: number },
): Promise<BotFigures> {
  return withOrders(dovecot, mails, (account) =>
    inBenchDirectory(async (directory) => {
      const { configFile } = await writeBotConfig({ directory, account, smtpPort });
      return await runApart<BotFigures>(botScript, { configFile, handler, mails } satisfies BotRequest, startFlags);
    }),
  );
}

function runCommits(orders: number): Promise<CommitFigures> {
  return inBenchDirectory((directory) =>
    runApart<CommitFigures>(commitScript, { directory, orders } satisfies CommitRequest),
  );
}

function sentenceOf({ anchor, nothing, full, sending, commits }: Round): string {
  const [bare, idle, handled, sent] = [anchor, nothing, full, sending].map(
    ({ mailsPerSecond, cpuMsPerMail }) => `${Math.round(mailsPerSecond)} (${rounded(cpuMsPerMail)} ms)`,
  );
  return `anchor ${bare}, handler that does nothing ${idle}, full ${handled}, full and sending ${sent} mails/s; ${Math.round(commits.ordersPerSecond)} commits/s`;
}

function resultOf(mails: number, rounds: readonly Round[], calm: Calm): BenchResult {
  const of = (figure: (round: Round) => number, digits?: number) => spread(rounds.map(figure), digits);
  const bound = ({ anchor, commits }: Round) => Math.min(anchor.mailsPerSecond, commits.ordersPerSecond);
  const doingNothing = of(({ nothing, anchor }) => nothing.mailsPerSecond / anchor.mailsPerSecond);
  const full = of((round) => round.full.mailsPerSecond / bound(round));
  return {
    figures: {
      mails,
      sameSideTwice: calm.ratios,
      shareOfAnchorDoingNothing: doingNothing,
      shareOfBoundFull: full,
      shareOfBoundFullAndSending: of((round) => round.sending.mailsPerSecond / bound(round)),
      anchorMailsPerSecond: of(({ anchor }) => anchor.mailsPerSecond, 0),
      nothingMailsPerSecond: of(({ nothing }) => nothing.mailsPerSecond, 0),
      fullMailsPerSecond: of((round) => round.full.mailsPerSecond, 0),
      sendingMailsPerSecond: of(({ sending }) => sending.mailsPerSecond, 0),
      commitsPerSecond: of(({ commits }) => commits.ordersPerSecond, 0),
      anchorCpuMsPerMail: of(({ anchor }) => anchor.cpuMsPerMail, 3),
      nothingCpuMsPerMail: of(({ nothing }) => nothing.cpuMsPerMail, 3),
      fullCpuMsPerMail: of((round) => round.full.cpuMsPerMail, 3),
      sendingCpuMsPerMail: of(({ sending }) => sending.cpuMsPerMail, 3),
    },
    goals: [
      {
        what: "bot with a handler that does nothing, share of the anchor",
        got: doingNothing.median,
        atLeast: 0.5,
        void: calm.trouble,
      },
      {
        what: "bot with the full handler, share of the lower of anchor and commits",
        got: full.median,
        atLeast: 0.4,
        void: calm.trouble,
      },
    ],
  };
}
