import { expect, onTestFinished, test } from "vitest";
import type { HealthContributor, HealthFinding } from "../../../src/app_runtime/contracts/health_contributor.ts";
import { HealthRegistry, type RuntimePhase } from "../../../src/app_runtime/health/api.ts";
import { BlockableClock } from "./blockable_clock.ts";
import { RecordedEvents } from "./recorded_events.ts";

test("a change of state is said at the next tick although nobody looks", async () => {
  const { clock, events, registry } = openRegistry();
  const inbox = new Reported("source:inbox");
  registry.register(inbox);

  await clock.advance(1_000);
  expect(events.said).toEqual([]);

  inbox.finding = { state: "fail", output: "No answer for 160 s." };
  await clock.advance(5_000);
  inbox.finding = { state: "pass" };
  await clock.advance(1_000);

  expect(events.said).toEqual([
    { kind: "health.changed", unit: "source:inbox", from: "pass", to: "fail", output: "No answer for 160 s." },
    { kind: "health.changed", unit: "source:inbox", from: "fail", to: "pass" },
  ]);
});

test("who looks sees what is true now, not at the last tick", () => {
  const { events, registry } = openRegistry();
  const inbox = new Reported("source:inbox");
  registry.register(inbox);

  inbox.finding = { state: "fail", output: "No answer." };

  expect(registry.readiness()).toEqual({ ok: false, reasons: ["source:inbox: No answer."] });
  expect(events.said).toHaveLength(1);
});

test("a report tells since when and how long, and keeps the last twenty changes", async () => {
  const { clock, registry } = openRegistry();
  const inbox = new Reported("source:inbox");
  registry.register(inbox);
  for (let change = 0; change < 30; change += 1) {
    inbox.finding = { state: change % 2 === 0 ? "fail" : "pass" };
    await clock.advance(1_000);
  }
  const changedAt = clock.wallNow();
  await clock.advance(4_000);

  const [check] = registry.report().checks;

  expect(check).toMatchObject({
    finding: { state: "pass" },
    since: changedAt,
    ageMs: 4_000,
    checkedAt: clock.wallNow(),
  });
  expect(check?.history).toHaveLength(20);
  expect(check?.history.at(-1)).toEqual({ state: "pass", at: changedAt });
});

test("a contributor that throws has failed, and the others are still asked", () => {
  const { registry } = openRegistry();
  registry.register(throwing("queue:orders", "the stats are gone"));
  registry.register(new Reported("source:inbox"));

  expect(registry.report().checks.map(({ name, finding }) => [name, finding])).toEqual([
    ["queue:orders", { state: "fail", output: "Its health check threw: the stats are gone" }],
    ["source:inbox", { state: "pass" }],
  ]);
});

test("a check that is slow has failed, whatever it found", () => {
  const { clock, registry } = openRegistry();
  registry.register({
    name: "queue:orders",
    required: true,
    check: () => {
      clock.block(501);
      return { state: "pass" };
    },
  });

  const { ok, reasons } = registry.readiness();

  expect(ok).toBe(false);
  expect(reasons[0]).toContain("took 501 ms and held up the event loop; the limit is 500 ms");
});

test("a name is taken until its contributor leaves", () => {
  const { registry } = openRegistry();
  const registration = registry.register(new Reported("source:inbox"));
  expect(() => registry.register(new Reported("source:inbox"))).toThrow('"source:inbox" is already registered');

  registration[Symbol.dispose]();
  registry.register(new Reported("source:inbox"));
  registration[Symbol.dispose]();

  expect(registry.report().checks).toHaveLength(1);
});

test("while the runtime boots or drains it is not ready, however well its parts are", () => {
  const { registry, runtime } = openRegistry();
  registry.register(new Reported("source:inbox"));

  runtime.phase = "booting";
  expect([registry.startup().ok, registry.readiness().ok, registry.liveness().ok]).toEqual([false, false, true]);
  runtime.phase = "stopping";
  expect([registry.startup().ok, registry.readiness().ok, registry.liveness().ok]).toEqual([true, false, true]);
  expect(registry.report()).toMatchObject({ state: "warn", phase: "stopping" });
});

function openRegistry() {
  const clock = new BlockableClock();
  const events = new RecordedEvents();
  const runtime: { phase: RuntimePhase } = { phase: "running" };
  const registry = new HealthRegistry({ clock, events, phase: () => runtime.phase });
  void registry.start();
  onTestFinished(async () => {
    await registry.stop();
    await registry.stop();
    expect(clock.pending).toBe(0);
  });
  return { clock, events, registry, runtime };
}

class Reported implements HealthContributor {
  readonly name: string;
  readonly required = true;
  finding: HealthFinding = { state: "pass" };

  constructor(name: string) {
    this.name = name;
  }

  check(): HealthFinding {
    return this.finding;
  }
}

function throwing(name: string, message: string): HealthContributor {
  return {
    name,
    required: true,
    check: () => {
      throw new Error(message);
    },
  };
}
