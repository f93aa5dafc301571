import { expect, test } from "vitest";
import type { RuntimePhase } from "../../../src/app_runtime/health/api.ts";
import { openHttpControl } from "./open_http_control.ts";

test.each<[RuntimePhase, Readonly<Record<string, number>>]>([
  ["booting", { "/livez": 200, "/startupz": 503, "/readyz": 503, "/health": 503 }],
  ["running", { "/livez": 200, "/startupz": 200, "/readyz": 200, "/health": 200 }],
  ["stopping", { "/livez": 200, "/startupz": 200, "/readyz": 503, "/health": 200 }],
  ["failed", { "/livez": 503, "/startupz": 503, "/readyz": 503, "/health": 503 }],
])("while the runtime is %s the probes answer as an orchestrator needs", async (phase, expected) => {
  const { get, shop } = await openHttpControl();
  shop.phase = phase;

  for (const [path, status] of Object.entries(expected)) {
    expect([path, (await get(path)).status]).toEqual([path, status]);
  }
});

test("a probe that says no gives the reason", async () => {
  const { get, shop, health } = await openHttpControl();
  health.register({ name: "source:inbox", required: true, check: () => ({ state: "fail", output: "No answer." }) });

  expect((await get("/livez")).json()).toEqual({ status: "pass" });
  expect((await get("/readyz")).json()).toEqual({ status: "fail", reasons: ["source:inbox: No answer."] });
  shop.phase = "stopping";
  expect((await get("/readyz")).json().reasons).toEqual(["draining: the runtime is stopping and takes no new work"]);
  shop.phase = "booting";
  expect((await get("/startupz")).json().reasons).toEqual(["booting: the runtime is still starting its components"]);
});

test("/health gives each check with its state, its words, its figures and its past", async () => {
  const { get, health, clock } = await openHttpControl();
  const observed = { silentMs: 200_000, mode: "poll" };
  health.register({
    name: "source:inbox",
    required: true,
    check: () => ({ state: "warn", output: "Slow.", observed }),
  });
  await get("/health");
  await clock.advance(90_000);

  const answer = await get("/health");

  expect(answer.status).toBe(200);
  expect(answer.type).toBe("application/health+json; charset=utf-8");
  expect(answer.json()).toEqual({
    status: "warn",
    description: "the runtime is running",
    time: "2026-01-01T00:01:30.000Z",
    checks: {
      "source:inbox": [
        {
          componentType: "component",
          status: "warn",
          required: true,
          time: "2026-01-01T00:01:30.000Z",
          since: "2026-01-01T00:00:00.000Z",
          ageMs: 90_000,
          output: "Slow.",
          observedValue: observed,
          history: [{ time: "2026-01-01T00:00:00.000Z", state: "warn", output: "Slow." }],
        },
      ],
    },
  });
});
