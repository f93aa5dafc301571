import { MemoryQueue } from "../../../src/adapters/memory_queue/index.ts";
import type { LeasedDelivery } from "../../../src/app_runtime/contracts/delivery.ts";
import { type QueueKind, queueKind } from "../../../src/app_runtime/contracts/unit_kind.ts";
import type { SeededRandom } from "../../../src/app_runtime/testing/seeded_random.ts";

/** A queue whose connection fails now and then, as one on another machine would, until it is told to behave. */
class FlakyQueue extends MemoryQueue {
  readonly #random: SeededRandom;
  readonly #isFlaky: () => boolean;

  constructor(
    parts: ConstructorParameters<typeof MemoryQueue>[0] & {
      readonly random: SeededRandom;
      readonly isFlaky: () => boolean;
    },
  ) {
    super(parts);
    this.#random = parts.random;
    this.#isFlaky = parts.isFlaky;
  }

  override ack(delivery: LeasedDelivery): Promise<void> {
    if (this.#fails(0.05)) return Promise.reject(new Error("connection reset before the ack"));
    const acked = super.ack(delivery);
    return this.#fails(0.05) ? acked.then(() => Promise.reject(new Error("connection reset after the ack"))) : acked;
  }

  override async nack(...settlement: Parameters<MemoryQueue["nack"]>): Promise<void> {
    if (this.#fails(0.05)) throw new Error("connection reset before the nack");
    await super.nack(...settlement);
  }

  override async renew(deliveries: readonly LeasedDelivery[]): Promise<readonly LeasedDelivery[]> {
    if (this.#fails(0.2)) throw new Error("connection reset while renewing");
    if (this.#fails(0.1)) return deliveries;
    return await super.renew(deliveries);
  }

  #fails(probability: number): boolean {
    return this.#isFlaky() && this.#random.chance(probability);
  }
}

/** `adapter: flaky`. */
export function flakyQueueKind(random: SeededRandom, isFlaky: () => boolean): QueueKind {
  return queueKind({
    kind: "flaky",
    schema: {},
    capabilities: ["order-key", "group-limit", "priority", "delay", "deduplication", "rate-limit"],
    create: async (_config, parts) => new FlakyQueue({ ...parts, random, isFlaky }),
  });
}
