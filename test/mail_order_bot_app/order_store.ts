import { onTestFinished } from "vitest";
import { JournalStore } from "../../src/adapters/journal_sqlite/index.ts";
import type { Clock } from "../../src/app_runtime/base/clock.ts";
import { SystemClock } from "../../src/app_runtime/base/clock.ts";
import type { EventChannel, RuntimeEventBody } from "../../src/app_runtime/contracts/runtime_event.ts";
import { OrderDatabase } from "../../src/mail_order_bot_app/infrastructure/order_database.ts";
import { orderMigrations } from "../../src/mail_order_bot_app/infrastructure/order_schema.ts";
import { tempDir } from "../support/temp_dir.ts";

/** Keeps what is emitted. */
class HeardEvents implements EventChannel {
  readonly heard = true;
  readonly facts: Extract<RuntimeEventBody, { readonly kind: "unit.fact" }>[] = [];
  readonly #waiting = new Map<string, () => void>();

  emit(event: RuntimeEventBody): void {
    if (event.kind !== "unit.fact") return;
    this.facts.push(event);
    this.#waiting.get(event.code)?.();
    this.#waiting.delete(event.code);
  }

  subscribe(): Disposable {
    return { [Symbol.dispose]: () => undefined };
  }

  /** Resolves when this fact is said the next time. */
  async next(code: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.set(code, resolve);
    await promise;
  }
}

/** The journal and the order tables in a real file, closed after the test. */
export async function openOrderStore(clock: Clock = new SystemClock(), dataDir = tempDir()) {
  const events = new HeardEvents();
  // The thread that keeps the file needs real time, whatever clock the test moves.
  const store = new JournalStore({
    dataDir,
    migrations: [orderMigrations],
    clock: new SystemClock(),
    events,
    keepSettledMs: 1,
  });
  onTestFinished(() => store.stop());
  await store.load();
  const book = new OrderDatabase({ transactions: store.transactions });
  return { store, book, events, clock, dataDir };
}
