import { RuntimeError } from "../base/runtime_error.ts";

/** What can be paused. The words are those of units in events: "worker" is a pool of workers. */
export type ControlledRole = "source" | "queue" | "worker";

/** A unit as events name it: "source:inbox". */
export type ControlledUnit = `${ControlledRole}:${string}`;

const maxListed = 20;

/** There is no such unit in the configuration that runs now. */
export class ControlUnitUnknownError extends RuntimeError {
  readonly code = "CONTROL_UNIT_UNKNOWN";
  override readonly failureClass = "permanent";

  constructor(role: ControlledRole, name: string, known: Iterable<string>) {
    super(`There is no ${roleWords[role]} "${name}". ${listOf([...known])}`);
  }
}

const roleWords: Readonly<Record<ControlledRole, string>> = { source: "source", queue: "queue", worker: "worker pool" };

/** The unit of that name. @throws {ControlUnitUnknownError} naming those there are. */
export function unitNamed<T>(role: ControlledRole, name: string, units: ReadonlyMap<string, T>): T {
  const unit = units.get(name);
  if (unit === undefined) throw new ControlUnitUnknownError(role, name, units.keys());
  return unit;
}

function listOf(known: readonly string[]): string {
  if (known.length === 0) return "There are none.";
  const listed = known.toSorted().slice(0, maxListed).join(", ");
  return known.length > maxListed ? `Known: ${listed} and ${known.length - maxListed} more.` : `Known: ${listed}.`;
}
