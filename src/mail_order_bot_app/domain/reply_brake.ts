/** What we have answered so far, as far as it matters for the next answer. */
export interface ReplyHistory {
  /** Answers to the address since `replyWindowMs` ago. */
  readonly repliesToAddress: number;
  /** Whether a mail with this Message-ID has been answered, by another task than this one. */
  readonly answeredMessage: boolean;
}

/** The time over which answers to one address are counted. */
export const replyWindowMs = 3_600_000;

/** Why an answer is held back, or undefined if it may go: a loop of two machines ends here at the latest. */
export function replyBrake(history: ReplyHistory, maxPerHour: number): string | undefined {
  if (history.answeredMessage) return "This Message-ID has been answered before.";
  if (history.repliesToAddress >= maxPerHour) {
    return `This sender got ${history.repliesToAddress} answers within the hour; the limit is ${maxPerHour}.`;
  }
  return undefined;
}
