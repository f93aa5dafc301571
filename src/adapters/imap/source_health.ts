import { formatDuration } from "../../app_runtime/base/duration.ts";
import type { HealthFinding } from "../../app_runtime/contracts/health_contributor.ts";
import type { ImapFailure } from "./imap_failure.ts";

/** What health is computed from; times in milliseconds of one monotonic clock. */
export interface SourceFlow {
  readonly now: number;
  readonly startedAt: number;
  /** The last time the server answered a command. */
  readonly lastProofAt: number | undefined;
  /** The server must have answered something within this time. */
  readonly promisedProofMs: number;
  /** Why there is no session; undefined once a look succeeded. */
  readonly failure: ImapFailure | undefined;
  /** Why mails cannot be taken although the server answers: journal, blob store, queue. */
  readonly trouble: string | undefined;
  /** The server promised to tell of new mail and does not. */
  readonly deaf: boolean;
  /** Mails the server does not let us mark. */
  readonly unmarked: number;
  /** Why finished mails are not moved as configured, in a sentence. */
  readonly unmoved: string | undefined;
  /** Mails nothing could be made of. */
  readonly givenUp: number;
}

/** From flow alone: a source that is connected but gets no answers fails like one that is not connected. */
export function sourceHealth(flow: SourceFlow): HealthFinding {
  const silentMs = Math.round(flow.now - (flow.lastProofAt ?? flow.startedAt));
  const observed = { lastProofAgeMs: silentMs, promisedProofMs: flow.promisedProofMs };
  const overdue = silentMs > flow.promisedProofMs;

  if (flow.failure?.needsPerson) return { state: "fail", output: flow.failure.sentence, observed };
  if (overdue) return { state: "fail", output: overdueSentence(silentMs, flow.failure), observed };
  if (flow.trouble !== undefined) return { state: "fail", output: flow.trouble, observed };
  if (flow.failure !== undefined) return { state: "warn", output: flow.failure.sentence, observed };
  if (flow.unmarked > 0) return { state: "warn", output: unmarkedSentence(flow.unmarked), observed };
  if (flow.unmoved !== undefined) return { state: "warn", output: flow.unmoved, observed };
  if (flow.deaf) return { state: "warn", output: deafSentence, observed };
  if (flow.givenUp > 0) return { state: "warn", output: givenUpSentence(flow.givenUp), observed };
  return { state: "pass", observed };
}

function overdueSentence(silentMs: number, failure: ImapFailure | undefined): string {
  const since = `The mail server has not answered for ${formatDuration(Math.round(silentMs / 1000) * 1000)}.`;
  return failure === undefined ? `${since} Check the network and the server.` : `${since} ${failure.sentence}`;
}

const deafSentence =
  "The mail server does not tell of new mail although it promised to (IDLE); a proxy or firewall may drop its words. Mail is found by looking, so it is late but not lost: `mode: poll` with a short `pollInterval` makes it faster.";

function unmarkedSentence(mails: number): string {
  return `The mail server does not let us mark ${mails} finished mail(s); they will not be handled again. Its log says why.`;
}

function givenUpSentence(mails: number): string {
  return `${mails} mail(s) could not be made into tasks and were left unread with the dead letter keyword; the log names them.`;
}
