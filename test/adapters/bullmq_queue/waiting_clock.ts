import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import { Redis as Client } from "ioredis";
import { SystemClock } from "../../../src/app_runtime/base/clock.ts";
import type { SuiteClock } from "../../../src/app_runtime/testing/index.ts";

/** Question and answer, up to the third reaction to an answer. */
const rounds = 5;

/** The machine's time, really waited for. `advance(0)` waits until Redis has answered what was asked, and what follows from it. */
export class WaitingClock extends SystemClock implements SuiteClock {
  readonly #probe: Client;

  private constructor(probe: Client) {
    super();
    this.#probe = probe;
  }

  static async at(port: number): Promise<WaitingClock> {
    const probe = new Client({ port, lazyConnect: true });
    probe.on("error", () => undefined);
    await probe.connect();
    return new WaitingClock(probe);
  }

  async advance(ms: number): Promise<void> {
    if (ms > 0) await wait(ms);
    for (let round = 0; round < rounds; round += 1) {
      for (let turn = 0; turn < 3; turn += 1) await nextTurn();
      await this.#probe.ping();
    }
    await nextTurn();
  }

  async close(): Promise<void> {
    await this.#probe.quit();
  }
}
