import { didYouMean } from "../base/closest_name.ts";
import type { ConfigCheck } from "./build_snapshot.ts";
import { joinPath } from "./config_problem.ts";

/**
 * A check: where a unit of role `from` has `key`, it must name an enabled unit of role `to`.
 * `unitsReferTo("workers", "queue", "queues")`.
 */
export function unitsReferTo(from: string, key: string, to: string): ConfigCheck {
  return (snapshot) => {
    const known = snapshot.units(to);
    return [...snapshot.units(from).values()].flatMap((unit) => {
      const name = unit.config[key];
      if (typeof name !== "string" || known.has(name)) return [];
      const path = joinPath(joinPath(from, unit.name), key);
      const hint = snapshot.disabledUnits(to).includes(name)
        ? `${joinPath(to, name)} says "enabled: false".`
        : didYouMean(name, known.keys());
      return [
        snapshot.problem(path, "REFERENCE", `names ${JSON.stringify(name)}, which is not one of the ${to}.`, hint),
      ];
    });
  };
}
