import type { CustomerMatch } from "../domain/authenticate_sender.ts";

/** Knows who may order. */
export interface CustomerDirectory {
  /** The customers that a mail address may stand for; `address` in lower case. */
  match(address: string): Promise<CustomerMatch>;
}
