import { setTimeout as pause } from "node:timers/promises";
import { startDevMailServer } from "../src/dev_mail_server/start_dev_mail_server.ts";
import { freePort } from "../test/support/free_port.ts";
import type { Bench, BenchResult } from "./bench.ts";
import { inBenchDirectory } from "./bench_directory.ts";
import { writeBotConfig } from "./bot_config.ts";
import type { AnchorAccount } from "./imap_anchor.ts";
import type { ArrivalFigures, ArrivalRequest } from "./mail_latency_side.ts";
import { withDovecot } from "./order_mailbox.ts";
import { orderMail } from "./order_mails.ts";
import { runApart } from "./run_apart.ts";
import { startFlags } from "./start_flags.ts";
import { quantile, rounded } from "./statistics.ts";

const script = new URL("./mail_latency_side.ts", import.meta.url);

const lookMs = 5;
const patienceMs = 90_000;

/** A mailbox that takes one mail after the other. */
interface Inbox {
  readonly account: AnchorAccount;
  deliver(raw: string): void;
  /** How many are marked as read. */
  seen(): Promise<number>;
}

/** How long a new mail takes from its delivery to its handler while the bot listens (IDLE). */
export const mailLatency: Bench = {
  name: "mail_latency",
  question: "How long does a new mail take from the mailbox to its handler?",
  async run({ quick, say }) {
    // Mails before those that count: the connection is made, the code is compiled.
    const warmUp = quick ? 1 : 5;
    const onDev = await withDevServer((inbox) => arrivals(inbox, warmUp, quick ? 2 : 300));
    say(`development server: ${sentenceOf(onDev)}`);
    const onDovecot = await withDovecot((dovecot) => {
      const user = dovecot.newUser();
      const { host, ports, password } = dovecot;
      return arrivals(
        {
          account: { host, port: ports.imap, user, password },
          deliver: (raw) => dovecot.deliver(user, raw),
          seen: async () => seenIn(await dovecot.flags(user)),
        },
        warmUp,
        quick ? 2 : 100,
      );
    });
    say(`Dovecot: ${sentenceOf(onDovecot)}`);
    return resultOf(onDev, onDovecot);
  },
};

async function withDevServer<T>(use: (inbox: Inbox) => Promise<T>): Promise<T> {
  const [user, password] = ["orders@fjord-furniture.example", "bench"];
  const server = await startDevMailServer({ user, password });
  try {
    return await use({
      account: { host: server.host, port: server.ports.imap, user, password },
      deliver: (raw) => void server.deliver(raw),
      seen: async () => seenIn(new Map(server.mailbox("INBOX")?.mails.map((mail) => [mail.uid, mail.flags]))),
    });
  } finally {
    await server.stop();
  }
}

/** Milliseconds of each mail, one at a time, at moments that have nothing to do with the bot's own timers. */
function arrivals(inbox: Inbox, warmUp: number, mails: number): Promise<readonly number[]> {
  return inBenchDirectory(async (directory) => {
    const smtpPort = await freePort();
    const { configFile } = await writeBotConfig({ directory, account: inbox.account, smtpPort });
    const request = { configFile, mails: warmUp + mails } satisfies ArrivalRequest;
    const bot = runApart<ArrivalFigures>(script, request, startFlags);
    const deliveredAt: number[] = [];
    for (let n = 0; n < request.mails; n += 1) {
      deliveredAt.push(performance.timeOrigin + performance.now());
      inbox.deliver(orderMail(n));
      await untilSeen(inbox, n + 1);
      await pause(150 + Math.random() * 500);
    }
    const { handledAt } = await bot;
    return handledAt.map((at, n) => at - (deliveredAt[n] ?? at)).slice(warmUp);
  });
}

async function untilSeen(inbox: Inbox, mails: number): Promise<void> {
  const giveUpAt = performance.now() + patienceMs;
  while ((await inbox.seen()) < mails) {
    if (performance.now() > giveUpAt) throw new Error(`Mail ${mails} was not marked within ${patienceMs} ms.`);
    await pause(lookMs);
  }
}

function seenIn(flags: ReadonlyMap<number, ReadonlySet<string>>): number {
  return [...flags.values()].filter((set) => set.has("\\Seen")).length;
}

function sentenceOf(ms: readonly number[]): string {
  return `p50 ${rounded(quantile(ms, 0.5))} ms, p99 ${rounded(quantile(ms, 0.99))} ms of ${ms.length} mails`;
}

function resultOf(onDev: readonly number[], onDovecot: readonly number[]): BenchResult {
  const at = (ms: readonly number[], share: number) => rounded(quantile(ms, share), 1);
  const [devP99, p50, p99] = [at(onDev, 0.99), at(onDovecot, 0.5), at(onDovecot, 0.99)];
  return {
    figures: {
      devMails: onDev.length,
      devP50Ms: at(onDev, 0.5),
      devP99Ms: devP99,
      dovecotMails: onDovecot.length,
      dovecotP50Ms: p50,
      dovecotP99Ms: p99,
    },
    goals: [
      { what: "new mail to handler at the development server, 99th percentile, ms", got: devP99, atMost: 100 },
      { what: "new mail to handler at Dovecot, median, ms", got: p50, atMost: 700 },
      { what: "new mail to handler at Dovecot, 99th percentile, ms", got: p99, atMost: 1600 },
    ],
  };
}
