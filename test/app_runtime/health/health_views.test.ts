import { expect, test } from "vitest";
import type { HealthState } from "../../../src/app_runtime/contracts/health_contributor.ts";
import type { HealthCheck, RuntimePhase } from "../../../src/app_runtime/health/api.ts";
import { liveness, overallState, readiness, startup } from "../../../src/app_runtime/health/health_views.ts";

const required = (state: HealthState) => check("source:inbox", true, state);
const optional = (state: HealthState) => check("runtime:log", false, state);

test.each<[RuntimePhase, { live: boolean; started: boolean; ready: boolean; state: HealthState }]>([
  ["created", { live: true, started: false, ready: false, state: "fail" }],
  ["booting", { live: true, started: false, ready: false, state: "fail" }],
  ["running", { live: true, started: true, ready: true, state: "pass" }],
  ["stopping", { live: true, started: true, ready: false, state: "warn" }],
  ["stopped", { live: false, started: false, ready: false, state: "fail" }],
  ["failed", { live: false, started: false, ready: false, state: "fail" }],
])("a %s runtime answers its probes", (phase, expected) => {
  expect({
    live: liveness(phase).ok,
    started: startup(phase).ok,
    ready: readiness(phase, []).ok,
    state: overallState(phase, []),
  }).toEqual(expected);
});

test.each<[string, readonly HealthCheck[], { ready: boolean; state: HealthState }]>([
  ["nobody asked", [], { ready: true, state: "pass" }],
  ["all pass", [required("pass"), optional("pass")], { ready: true, state: "pass" }],
  ["a required one warns", [required("warn")], { ready: true, state: "warn" }],
  ["a required one fails", [required("fail")], { ready: false, state: "fail" }],
  ["an optional one warns", [required("pass"), optional("warn")], { ready: true, state: "warn" }],
  ["an optional one fails", [required("pass"), optional("fail")], { ready: true, state: "warn" }],
  ["both fail", [required("fail"), optional("fail")], { ready: false, state: "fail" }],
  ["the order does not matter", [required("fail"), required("pass")], { ready: false, state: "fail" }],
])("while running: %s", (_, checks, expected) => {
  expect({ ready: readiness("running", checks).ok, state: overallState("running", checks) }).toEqual(expected);
});

test("a probe that says no says why, in words an operator can act on", () => {
  expect(readiness("running", [required("fail")]).reasons).toEqual(["source:inbox: it is fail"]);
  expect(readiness("stopping", [required("fail")]).reasons).toEqual([
    "draining: the runtime is stopping and takes no new work",
  ]);
  expect(startup("booting").reasons).toEqual(["booting: the runtime is still starting its components"]);
});

function check(name: string, isRequired: boolean, state: HealthState): HealthCheck {
  return {
    name,
    required: isRequired,
    finding: { state, output: `it is ${state}` },
    checkedAt: 0,
    since: 0,
    ageMs: 0,
    history: [],
  };
}
