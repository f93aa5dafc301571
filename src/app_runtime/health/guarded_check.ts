import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/runtime_error.ts";
import type { HealthContributor, HealthFinding } from "../contracts/health_contributor.ts";

/**
 * Asks a contributor and always has a finding: one that throws has failed, and so has one that is slow, because checks run
 * on the event loop and a slow one stops everything else.
 */
export function guardedCheck(contributor: HealthContributor, clock: Clock, slowCheckMs: number): HealthFinding {
  const askedAt = clock.now();
  try {
    const finding = contributor.check();
    const tookMs = Math.round(clock.now() - askedAt);
    return tookMs > slowCheckMs ? slow(finding, tookMs, slowCheckMs) : finding;
  } catch (thrown) {
    return { state: "fail", output: `Its health check threw: ${messageOf(thrown)}` };
  }
}

function slow(finding: HealthFinding, tookMs: number, limitMs: number): HealthFinding {
  return {
    state: "fail",
    output: `Its health check took ${tookMs} ms and held up the event loop; the limit is ${limitMs} ms. A check must only read what is already known.`,
    observed: { ...finding.observed, checkTookMs: tookMs },
  };
}
