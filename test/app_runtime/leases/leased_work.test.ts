import { expect, test } from "vitest";
import type { LeaseStore } from "../../../src/app_runtime/contracts/lease.ts";
import type { RuntimeEventBody } from "../../../src/app_runtime/contracts/runtime_event.ts";
import { LeasedWork } from "../../../src/app_runtime/leases/leased_work.ts";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";

const durationMs = 15_000;

/** Gives its one lease to whoever asks first, and cannot be asked again. */
function storeThatFails(how: string): LeaseStore {
  const outage = async () => {
    throw new Error(how);
  };
  return {
    durationMs,
    fencesWrites: false,
    look: async () => undefined,
    take: async (name) => ({ name, token: 1 }),
    renew: outage,
    release: outage,
    fence: () => undefined,
  };
}

test("whoever loses a lease tells why in whole sentences, whatever the reason ends with", async () => {
  const clock = new ManualClock();
  const said: RuntimeEventBody[] = [];
  const work = new LeasedWork({
    name: "imap:orders:INBOX",
    unit: "source:inbox",
    store: storeThatFails("Redis cannot be reached. Is it running?"),
    clock,
    events: {
      heard: true,
      emit: (event) => void said.push(event),
      subscribe: () => ({ [Symbol.dispose]: () => undefined }),
    },
    begin: async () => "the work",
    end: async () => undefined,
  });
  await work.start();

  await clock.advance(durationMs);

  const lost = said.find((event) => event.kind === "unit.fact" && event.code === "lease_lost");
  expect(lost).toMatchObject({
    message:
      "The lease imap:orders:INBOX is lost: it was not renewed in time: Redis cannot be reached. Is it running? What was in hand is left to others.",
  });
  const stopped = work.stop(AbortSignal.abort());
  await clock.advance(durationMs);
  await stopped;
  expect(clock.pending).toBe(0);
});
