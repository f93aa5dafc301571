import { join } from "node:path";
import { freePort } from "../../test/support/free_port.ts";
import { TcpProxy } from "../../test/support/tcp_proxy.ts";
import type { BotProcess } from "../bot_process.ts";
import { type Ledger, readLedger } from "../ledger.ts";

/** One of several: with a data directory, a port and a way to Redis of its own. */
export class Machine {
  readonly name: string;
  /** Its way to Redis. */
  readonly proxy: TcpProxy;
  readonly controlPort: number;
  readonly #directory: string;
  #bot: BotProcess | undefined;
  isFrozen = false;

  private constructor(parts: { name: string; proxy: TcpProxy; controlPort: number; directory: string }) {
    this.name = parts.name;
    this.proxy = parts.proxy;
    this.controlPort = parts.controlPort;
    this.#directory = parts.directory;
  }

  static async prepare(name: string, directory: string, redis: { readonly host: string; readonly port: number }) {
    const proxy = await TcpProxy.to(redis);
    return new Machine({ name, proxy, controlPort: await freePort(), directory });
  }

  /** Over the configuration that all machines share. */
  get settings(): readonly string[] {
    return [
      `platform.dataDir=${join(this.#directory, this.name)}`,
      `platform.control.port=${this.controlPort}`,
      `platform.cluster.redis.port=${this.proxy.port}`,
    ];
  }

  runs(bot: BotProcess): void {
    this.#bot = bot;
    this.isFrozen = false;
  }

  /** The one that was started last. */
  get bot(): BotProcess {
    if (this.#bot === undefined) throw new TypeError(`${this.name} was never started.`);
    return this.#bot;
  }

  get isUp(): boolean {
    return this.#bot !== undefined && this.#bot.exited === undefined && !this.isFrozen;
  }

  ledger(): Ledger {
    return readLedger(join(this.#directory, this.name, "journal.sqlite"));
  }

  get inHand(): number {
    return this.ledger().journal.filter(({ state, handOuts }) => state === "offered" && handOuts > 0).length;
  }

  async sourceState(): Promise<string | undefined> {
    return (await this.bot.control.status())?.sources[0]?.status.state;
  }

  /** The state of a health check and what it says: "fail: ..." */
  async says(check: string): Promise<string> {
    const found = (await this.bot.control.health())?.checks[check]?.[0];
    return found === undefined ? "no answer" : `${found.status}: ${found.output ?? ""}`;
  }
}
