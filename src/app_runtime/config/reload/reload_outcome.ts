import type { ConfigProblem } from "../../contracts/config_provider.ts";
import type { ConfigDifference } from "../config_difference.ts";
import { renderProblems } from "../config_invalid_error.ts";
import type { Objection } from "./config_subscriber.ts";

/** How a reload ended. `version` is the one in force afterwards. Holds no secret. */
export type ReloadOutcome =
  | {
      readonly kind: "applied";
      readonly version: string;
      readonly difference: ConfigDifference;
      /** Subscribers that failed to follow; the version is in force all the same. */
      readonly complaints: readonly Objection[];
    }
  | { readonly kind: "unchanged"; readonly version: string }
  | { readonly kind: "invalid"; readonly version: string; readonly problems: readonly ConfigProblem[] }
  | {
      readonly kind: "vetoed";
      readonly version: string;
      readonly difference: ConfigDifference;
      readonly objections: readonly Objection[];
    }
  | { readonly kind: "closed"; readonly version: string };

/** What happened and why, for a log or an operator. */
export function renderOutcome(outcome: ReloadOutcome): string {
  const kept = `Version ${outcome.version} stays in force`;
  switch (outcome.kind) {
    case "applied":
      return [
        `Version ${outcome.version} is in force: ${renderChanges(outcome.difference)}`,
        ...lines(outcome.complaints),
      ].join("\n");
    case "unchanged":
      return `${kept}: nothing has changed.`;
    case "invalid":
      return `${kept}. ${renderProblems(outcome.problems)}`;
    case "vetoed":
      return [`${kept}; it was refused by:`, ...lines(outcome.objections)].join("\n");
    case "closed":
      return `${kept}: the configuration is closed.`;
  }
}

function renderChanges(difference: ConfigDifference): string {
  const count = difference.changes.length;
  const restart = difference.restart.length === 0 ? "" : ` A restart is needed for ${difference.restart.join(", ")}.`;
  return `${count} ${count === 1 ? "value has" : "values have"} changed.${restart}`;
}

function lines(objections: readonly Objection[]): readonly string[] {
  return objections.map(({ subscriber, reason }) => `  ${subscriber}: ${reason}`);
}
