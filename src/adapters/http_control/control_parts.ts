import type { Clock } from "../../app_runtime/base/clock.ts";
import type { EventChannel } from "../../app_runtime/contracts/runtime_event.ts";
import type { ControlPlaneService } from "../../app_runtime/control/api.ts";
import type { HealthRegistry } from "../../app_runtime/health/api.ts";

/** What the control plane's HTTP side is made of. */
export interface ControlParts {
  readonly control: ControlPlaneService;
  readonly health: HealthRegistry;
  readonly clock: Clock;
  readonly events: EventChannel;
}

/** What one client may cost. Times in milliseconds. */
export interface ServerLimits {
  readonly bodyBytes: number;
  readonly connections: number;
  /** From the first byte of a request to its last. */
  readonly requestMs: number;
  readonly keepAliveMs: number;
  /** How often connections are checked for being too slow. */
  readonly checkMs: number;
  /** For an answer that only reads. */
  readonly readMs: number;
  /** For an action: it may wait for a disk or for room in a queue. */
  readonly actionMs: number;
}

export const defaultLimits: ServerLimits = {
  bodyBytes: 16_000,
  connections: 64,
  requestMs: 10_000,
  keepAliveMs: 5_000,
  checkMs: 1_000,
  readMs: 5_000,
  actionMs: 30_000,
};
