import type { HealthCheck, HealthReport } from "../../app_runtime/health/api.ts";

export const healthMediaType = "application/health+json";

/** A health report as monitoring tools read it, draft-inadarei-api-health-check-06; `since` and `history` are our own. */
export function healthJson(report: HealthReport) {
  return {
    status: report.state,
    description: `the runtime is ${report.phase}`,
    time: isoTime(report.at),
    checks: Object.fromEntries(report.checks.map((check) => [check.name, [checkJson(check)]])),
  };
}

function checkJson(check: HealthCheck) {
  const { finding } = check;
  return {
    componentType: "component",
    status: finding.state,
    required: check.required,
    time: isoTime(check.checkedAt),
    since: isoTime(check.since),
    ageMs: check.ageMs,
    output: finding.output,
    observedValue: finding.observed,
    history: check.history.map(({ at, ...transition }) => ({ time: isoTime(at), ...transition })),
  };
}

/** "2026-01-31T08:00:00.000Z" */
function isoTime(at: number): string {
  return new Date(at).toISOString();
}
