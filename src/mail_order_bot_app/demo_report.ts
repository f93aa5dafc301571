import { resolve } from "node:path";
import type { PlatformServices, RuntimeManager } from "../app_runtime/index.ts";
import type { DemoConfig, DemoMailServer } from "./demo_mail_server.ts";
import type { DecisionKind } from "./domain/decision.ts";
import { mailDecidedFact } from "./handlers/process_order_mail_handler.ts";
import type { OrderDatabase } from "./infrastructure/order_database.ts";
import { textTable } from "./text_table.ts";

/** After this long the summary is printed although something is still on its way. */
const patienceMs = 60_000;
const lookMs = 50;
const maxRows = 100;

/** Which mail is decided first is chance; the tally is told in this order. */
const toldFirst: readonly DecisionKind[] = ["accept", "review", "ignore", "reject"];

/** Shows what the demonstration does: progress, then a table of every mail and what became of it, then where to look. */
export class DemoReport {
  readonly #demo: DemoMailServer;
  readonly #config: DemoConfig;
  readonly #orders: OrderDatabase;
  readonly #platform: PlatformServices;
  readonly #controlUrl: () => string;
  readonly #print: (text: string) => void;

  constructor(parts: {
    readonly demo: DemoMailServer;
    readonly config: DemoConfig;
    readonly orders: OrderDatabase;
    readonly platform: PlatformServices;
    readonly controlUrl: () => string;
    readonly print: (text: string) => void;
  }) {
    this.#demo = parts.demo;
    this.#config = parts.config;
    this.#orders = parts.orders;
    this.#platform = parts.platform;
    this.#controlUrl = parts.controlUrl;
    this.#print = parts.print;
  }

  /** Resolves when the summary is printed, or the runtime stops. */
  async show(runtime: RuntimeManager): Promise<void> {
    const { delivered, mails } = this.#demo;
    this.#print(
      delivered > 0
        ? `${delivered} sample mails were delivered into ${this.#config.user} and are being read over IMAP.\n`
        : `The mailbox ${this.#config.user} holds ${mails} mails from an earlier start.\n`,
    );
    const complete = await this.#follow(runtime, mails);
    if (runtime.state.kind !== "running") return;
    await this.#summarise(complete);
    this.#watchNewMails();
  }

  /** Waits until every mail is marked as read and every confirmation is sent; says how far it is meanwhile. */
  async #follow(runtime: RuntimeManager, mails: number): Promise<boolean> {
    const { clock } = this.#platform;
    const until = clock.now() + patienceMs;
    let said = -1;
    while (clock.now() < until && runtime.state.kind === "running") {
      const { decided, unsent } = await this.#orders.progress();
      if (decided !== said) this.#print(`  ${decided} of ${mails} mails decided, ${unsent} confirmations to send\n`);
      said = decided;
      if (this.#demo.unread === 0 && unsent === 0) return true;
      await new Promise((wake) => clock.after(lookMs, () => wake(undefined)));
    }
    return false;
  }

  async #summarise(complete: boolean): Promise<void> {
    const rows = (await this.#orders.latestDecisions(maxRows)).toReversed();
    const table = textTable(
      [
        { title: "mail", maxWidth: 40 },
        { title: "decision", maxWidth: 8 },
        { title: "order", maxWidth: 20 },
        { title: "why", maxWidth: 90 },
      ],
      rows.map((row) => [row.subject || "(no subject)", row.decision, row.orderId ?? "", row.why]),
    );
    const groups = Object.groupBy(rows, (row) => row.decision);
    const decided = toldFirst.filter((decision) => groups[decision] !== undefined);
    const tally = decided.map((decision) => `${groups[decision]?.length} ${decision}`).join(", ");
    const { dataDir } = this.#platform.platform;
    this.#print(`
${table}

Summary: ${rows.length} mails: ${tally || "nothing decided yet"}.${complete ? "" : this.#troubles()}

  status           ${this.#controlUrl()}/status?format=text
  order database   ${resolve(dataDir, "journal.sqlite")}
  confirmations    ${resolve(this.#config.sent)}
  log              ${resolve(dataDir, "runtime.log")}

It keeps running. Send a mail to ${this.#config.user} by SMTP at 127.0.0.1:${this.#config.smtpPort},
or put an .eml file into ${resolve(this.#config.inbox)}. Stop it with Ctrl-C.
`);
  }

  /** What keeps the rest from being done, as health sees it. */
  #troubles(): string {
    const checks = this.#platform.health.report().checks.filter(({ finding }) => finding.state !== "pass");
    const lines = checks.map(({ name, finding }) => `  ${name}: ${finding.output ?? finding.state}`);
    return [" Something is still on its way.", ...lines].join("\n");
  }

  #watchNewMails(): void {
    this.#platform.events.subscribe((event) => {
      if (event.kind === "unit.fact" && event.code === mailDecidedFact) this.#print(`${event.message}\n`);
    });
  }
}
