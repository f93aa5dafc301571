import type { HealthState } from "../contracts/health_contributor.ts";
import type { HealthCheck, HealthVerdict } from "./health_report.ts";
import type { RuntimePhase } from "./runtime_phase.ts";

/** Why a runtime in this phase takes no work; undefined while it does. */
const phaseReason: Readonly<Record<RuntimePhase, string | undefined>> = {
  created: "created: the runtime has not begun to boot",
  booting: "booting: the runtime is still starting its components",
  running: undefined,
  stopping: "draining: the runtime is stopping and takes no new work",
  stopped: "stopped: the runtime has stopped",
  failed: "failed: the runtime could not boot; see the log for the component and the cause",
};

/** The state the phase alone allows at best. A runtime that drains still finishes what it has. */
const phaseState: Readonly<Record<RuntimePhase, HealthState>> = {
  created: "fail",
  booting: "fail",
  running: "pass",
  stopping: "warn",
  stopped: "fail",
  failed: "fail",
};

const severity: Readonly<Record<HealthState, number>> = { pass: 0, warn: 1, fail: 2 };

/** Whether the process is worth keeping. That the loop turns is proved by the answer itself. */
export function liveness(phase: RuntimePhase): HealthVerdict {
  return verdict(phase === "failed" || phase === "stopped" ? [phaseReason[phase]] : []);
}

/** Whether the boot is over. It stays so while the runtime drains. */
export function startup(phase: RuntimePhase): HealthVerdict {
  return verdict(phase === "running" || phase === "stopping" ? [] : [phaseReason[phase]]);
}

/** Whether work may be sent here: the runtime runs and nothing it requires fails. */
export function readiness(phase: RuntimePhase, checks: readonly HealthCheck[]): HealthVerdict {
  if (phase !== "running") return verdict([phaseReason[phase]]);
  return verdict(checks.filter((check) => check.required && check.finding.state === "fail").map(reasonOf));
}

/** The worst of the phase and of all checks; what is not required costs no more than a warning. */
export function overallState(phase: RuntimePhase, checks: readonly HealthCheck[]): HealthState {
  return checks.map(weightOf).reduce(worse, phaseState[phase]);
}

function weightOf(check: HealthCheck): HealthState {
  return check.finding.state === "fail" && !check.required ? "warn" : check.finding.state;
}

function worse(a: HealthState, b: HealthState): HealthState {
  return severity[b] > severity[a] ? b : a;
}

function reasonOf(check: HealthCheck): string {
  return `${check.name}: ${check.finding.output ?? "it fails and does not say why"}`;
}

function verdict(reasons: readonly (string | undefined)[]): HealthVerdict {
  const said = reasons.filter((reason) => reason !== undefined);
  return { ok: said.length === 0, reasons: said };
}
