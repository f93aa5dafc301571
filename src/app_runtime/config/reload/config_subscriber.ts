import type { Clock } from "../../base/clock.ts";
import { messageOf } from "../../base/runtime_error.ts";
import { within } from "../../base/within.ts";
import type { ConfigDifference } from "../config_difference.ts";
import type { ConfigSnapshot } from "../config_snapshot.ts";

/** A prepared subscriber says yes by answering `ready`; a veto, a throw or silence keeps the old configuration. */
export type PrepareAnswer = { readonly kind: "ready" } | { readonly kind: "veto"; readonly reason: string };

/** Somebody who lives by the configuration and must hear when it changes. */
export interface ConfigSubscriber {
  readonly name: string;
  /**
   * May this become the configuration? All subscribers are asked at once and have 5 s, then `signal` aborts. Look, but do
   * not touch: another subscriber may refuse.
   */
  prepare?(next: ConfigSnapshot, difference: ConfigDifference, signal: AbortSignal): Promise<PrepareAnswer>;
  /** It is the configuration now. A throw is reported and undoes nothing. Subscribers are told one after the other. */
  changed?(current: ConfigSnapshot, difference: ConfigDifference): void | Promise<void>;
}

/** What one subscriber has against a new configuration. */
export interface Objection {
  readonly subscriber: string;
  readonly reason: string;
}

/** One change and everybody who is concerned. */
export interface Round {
  readonly difference: ConfigDifference;
  readonly subscribers: readonly ConfigSubscriber[];
  readonly clock: Clock;
  /** Blots out the secrets of both configurations. */
  maskText(text: string): string;
}

const prepareLimitMs = 5_000;
const changedLimitMs = 60_000;

/** Asks everybody at once; empty when all agree. */
export async function objectionsTo(
  next: ConfigSnapshot,
  { difference, subscribers, ...limits }: Round,
): Promise<readonly Objection[]> {
  const tooLate = new AbortController();
  const answers = subscribers.map(async (subscriber) => {
    const reason = await attempt(limits, prepareLimitMs, `Preparing "${subscriber.name}"`, async () => {
      const answer = await subscriber.prepare?.(next, difference, tooLate.signal);
      return answer?.kind === "veto" ? answer.reason : undefined;
    });
    return reason === undefined ? [] : [{ subscriber: subscriber.name, reason }];
  });
  const objections = (await Promise.all(answers)).flat();
  tooLate.abort();
  return objections;
}

/** Tells everybody in turn; gives the complaints of those that failed. */
export async function announce(
  current: ConfigSnapshot,
  { difference, subscribers, ...limits }: Round,
): Promise<readonly Objection[]> {
  const complaints: Objection[] = [];
  for (const subscriber of subscribers) {
    const reason = await attempt(limits, changedLimitMs, `"${subscriber.name}"`, async () => {
      await subscriber.changed?.(current, difference);
      return undefined;
    });
    if (reason !== undefined) complaints.push({ subscriber: subscriber.name, reason });
  }
  return complaints;
}

/** The reason the work gave, or why it failed; never with a secret in it. */
async function attempt(
  { clock, maskText }: Pick<Round, "clock" | "maskText">,
  limitMs: number,
  what: string,
  work: () => Promise<string | undefined>,
): Promise<string | undefined> {
  try {
    const reason = await within(clock, limitMs, what, work());
    return reason === undefined ? undefined : maskText(reason);
  } catch (error) {
    return maskText(messageOf(error));
  }
}
