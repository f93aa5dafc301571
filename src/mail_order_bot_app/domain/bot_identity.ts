/** Who the bot is in the world of mail. */
export interface BotIdentity {
  /** The address that confirmations come from, in lower case. */
  readonly address: string;
  readonly name: string;
  /** Further addresses of the same mailbox, in lower case. */
  readonly otherAddresses: readonly string[];
  /** The right side of our Message-IDs; nobody else may use it. */
  readonly messageIdDomain: string;
}

/** A field in every mail we send; a mail that comes in with it has come full circle. */
export const loopHeader = "X-Mail-Order-Bot";

/** Whether it is a Message-ID that we made. */
export function isOwnMessageId(messageId: string, identity: BotIdentity): boolean {
  return messageId.toLowerCase().endsWith(`@${identity.messageIdDomain.toLowerCase()}>`);
}
