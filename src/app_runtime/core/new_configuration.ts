import type { Clock } from "../base/clock.ts";
import { ConfigurationManager, type ReloadOutcome, renderOutcome } from "../config/api.ts";
import type { EventChannel } from "../contracts/runtime_event.ts";
import { configChecks, configShapeOf } from "./config_shape.ts";
import type { ModuleRegistrar } from "./module_registrar.ts";
import type { RuntimeParts } from "./runtime_parts.ts";

/** The configuration of an application: its layers, its shape, and what is said of its reloads. */
export function newConfiguration(
  parts: RuntimeParts,
  registrar: ModuleRegistrar,
  { clock, events }: { readonly clock: Clock; readonly events: EventChannel },
): ConfigurationManager {
  const { kinds, config = {}, checks = [] } = parts;
  return new ConfigurationManager({
    shape: configShapeOf(parts, registrar),
    providers: config.providers ?? [],
    defaults: [{ source: "modules", values: registrar.units }],
    env: config.env ?? {},
    argv: config.argv ?? [],
    ...(config.secretsDir === undefined ? {} : { secretsDir: config.secretsDir }),
    checks: [...configChecks(kinds, registrar.handlers), ...checks],
    clock,
    observer: {
      reloaded: (_trigger, outcome) => announce(outcome, events),
      watchFailed: (provider, reason) => {
        const message = `Changes of the ${provider} are no longer noticed: ${reason.message}. Reload by SIGHUP.`;
        const code = "CONFIG_WATCH_FAILED";
        events.emit({ kind: "unit.fact", unit: "runtime", code, level: "warn", message, fields: {} });
      },
    },
  });
}

function announce(outcome: ReloadOutcome, events: EventChannel): void {
  if (outcome.kind === "unchanged") return;
  if (outcome.kind !== "applied") {
    events.emit({ kind: "config.rejected", unit: "runtime", error: renderOutcome(outcome) });
    return;
  }
  const changes = outcome.difference.changes.map((change) => change.path);
  const { restart } = outcome.difference;
  events.emit({ kind: "config.applied", unit: "runtime", version: outcome.version, changes, restart });
  for (const { subscriber, reason } of outcome.complaints) {
    events.emit({ kind: "unit.failed", unit: subscriber, error: reason });
  }
}
