import { RuntimeError } from "../../app_runtime/base/runtime_error.ts";

/** A data file of the bot (catalogue or customers) cannot be used. All of its problems are named at once. */
export class DataFileError extends RuntimeError {
  readonly code = "BOT_DATA_FILE";
  override readonly failureClass = "permanent";
  readonly problems: readonly string[];

  constructor(path: string, problems: readonly string[]) {
    super(`${path} cannot be used. Correct it:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
    this.problems = problems;
  }
}
