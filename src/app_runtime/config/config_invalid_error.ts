import { RuntimeError } from "../base/runtime_error.ts";
import type { ConfigProblem } from "../contracts/config_provider.ts";
import { renderProblem } from "./config_problem.ts";

/** More lines than this help nobody; the rest is counted. */
const shownProblems = 50;

/** The configuration cannot be used. Carries every problem at once; the message lists them, one line each. */
export class ConfigInvalidError extends RuntimeError {
  readonly code = "CONFIG_INVALID";
  override readonly failureClass = "permanent";
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(renderProblems(problems));
    this.problems = problems;
  }
}

/** Many lines for people: a count, then each problem with its place. */
export function renderProblems(problems: readonly ConfigProblem[]): string {
  const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
  const lines = problems.slice(0, shownProblems).map((problem) => `  ${renderProblem(problem)}`);
  const rest = problems.length - lines.length;
  if (rest > 0) lines.push(`  … and ${rest} more.`);
  return [`The configuration has ${count}:`, ...lines].join("\n");
}
