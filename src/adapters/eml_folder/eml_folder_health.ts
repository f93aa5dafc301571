import { formatDuration } from "../../app_runtime/base/duration.ts";
import type { HealthFinding } from "../../app_runtime/contracts/health_contributor.ts";
import { onOneLine } from "./eml_folder_facts.ts";
import type { FolderFailure } from "./folder_failure.ts";

/** What health is computed from; times in milliseconds of one monotonic clock. */
export interface FolderFlow {
  readonly now: number;
  readonly startedAt: number;
  /** The last look that succeeded. */
  readonly lastLookAt: number | undefined;
  /** One look must have succeeded within this time. */
  readonly promisedProofMs: number;
  readonly failure: FolderFailure | undefined;
  /** Why mails cannot be taken although the directory is there: journal, blob store, queue. */
  readonly trouble: string | undefined;
  /** Why finished files stay in `new`. */
  readonly refusal: string | undefined;
  /** What lies in `new` and cannot be read, and an example of it. */
  readonly setAside: number;
  readonly anAside: string | undefined;
}

/** From flow alone: a drive that no longer answers fails like one that is not there. */
export function emlFolderHealth(flow: FolderFlow): HealthFinding {
  const silentMs = Math.round(flow.now - (flow.lastLookAt ?? flow.startedAt));
  const observed = { lastProofAgeMs: silentMs, promisedProofMs: flow.promisedProofMs };
  const overdue = silentMs > flow.promisedProofMs;

  if (flow.failure?.needsPerson) return { state: "fail", output: flow.failure.sentence, observed };
  if (overdue) return { state: "fail", output: flow.failure?.sentence ?? overdueSentence(silentMs), observed };
  if (flow.trouble !== undefined) return { state: "fail", output: flow.trouble, observed };
  if (flow.failure !== undefined) return { state: "warn", output: flow.failure.sentence, observed };
  if (flow.refusal !== undefined) return { state: "warn", output: flow.refusal, observed };
  if (flow.setAside > 0) return { state: "warn", output: asideSentence(flow), observed };
  return { state: "pass", observed };
}

function overdueSentence(silentMs: number): string {
  const since = formatDuration(Math.round(silentMs / 1000) * 1000);
  return `The directory has not answered for ${since}. Check the drive it is on.`;
}

function asideSentence({ setAside, anAside }: FolderFlow): string {
  return `${setAside} file(s) stay in new/ because no mail can be read from them, such as ${onOneLine(anAside)}`;
}
