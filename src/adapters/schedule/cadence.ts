/** When runs are planned. All times in milliseconds since 1970 UTC. The same question has the same answer, for ever. */
export interface Cadence {
  /** Says what it is, the same for the same cadence: a position under another one means nothing. */
  readonly text: string;
  /** The first planned run after this time; undefined when there is none any more. */
  next(after: number): number | undefined;
  /** The last `count` planned runs up to and with `until`, oldest first. */
  last(count: number, until: number): readonly number[];
}
