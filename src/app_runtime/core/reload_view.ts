import {
  type ConfigOrigin,
  type ConfigurationManager,
  type ReloadOutcome,
  renderOutcome,
  renderPlace,
} from "../config/api.ts";
import type { JsonValue } from "../contracts/task.ts";
import type { ConfigReload, ConfigView } from "../control/api.ts";

/** The configuration in force, for the control plane: masked, with the origin of each value. */
export function configView(configuration: ConfigurationManager): ConfigView {
  const snapshot = configuration.current;
  return {
    version: snapshot.version,
    appliedAt: configuration.history().at(-1)?.at ?? 0,
    entries: snapshot
      .leaves()
      .map((leaf) => ({ path: leaf.path, value: leaf.value as JsonValue, origin: renderOrigin(leaf.origin) }))
      .sort((a, b) => (a.path < b.path ? -1 : 1)),
  };
}

/** The outcome of a reload, for the control plane. */
export function reloadView(outcome: ReloadOutcome): ConfigReload {
  const { version } = outcome;
  switch (outcome.kind) {
    case "applied":
      return {
        kind: "applied",
        version,
        changes: outcome.difference.changes.map((change) => change.path),
        restart: outcome.difference.restart,
      };
    case "unchanged":
      return { kind: "unchanged", version };
    case "invalid":
    case "vetoed":
    case "closed":
      return { kind: "rejected", version, problems: renderOutcome(outcome).split("\n") };
  }
}

function renderOrigin(origin: ConfigOrigin): string {
  const place = origin.place === undefined ? "default" : renderPlace(origin.place);
  return origin.references.length === 0 ? place : `${place} (${origin.references.join(", ")})`;
}
