/** What a mail may cost. Sizes in bytes. */
export interface MailLimits {
  /** Larger mails are not parsed at all. */
  readonly maxRawBytes: number;
  /** Mails above this are parsed in a thread of their own. */
  readonly maxInlineBytes: number;
  /** All header fields of all parts together. */
  readonly maxHeaderBytes: number;
  readonly maxNesting: number;
  readonly maxAttachments: number;
  /** The thread is ended after this time, or when it needs more than `maxThreadMegabytes`. */
  readonly parseDeadlineMs: number;
  readonly maxThreadMegabytes: number;
  /** How many such threads may run at once; further mails wait. */
  readonly maxThreads: number;
}

export const defaultMailLimits: MailLimits = {
  maxRawBytes: 25_000_000,
  maxInlineBytes: 1_000_000,
  maxHeaderBytes: 256_000,
  maxNesting: 50,
  maxAttachments: 100,
  parseDeadlineMs: 10_000,
  maxThreadMegabytes: 256,
  maxThreads: 1,
};
