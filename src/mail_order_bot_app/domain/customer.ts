import type { Brand } from "../../app_runtime/base/brand.ts";

export type CustomerId = Brand<string, "CustomerId">;

/**
 * What happens when a line cannot be delivered as ordered. `all-or-nothing`: the order is rejected; `partial`: the rest is
 * accepted; `review`: a person decides.
 */
export type LinePolicy = "all-or-nothing" | "partial" | "review";

export const linePolicies: readonly LinePolicy[] = ["all-or-nothing", "partial", "review"];

export type Language = "en" | "de";

export const languages: readonly Language[] = ["en", "de"];

/** Somebody who may order by mail. */
export interface Customer {
  readonly id: CustomerId;
  readonly name: string;
  /** Mail addresses that may order, in lower case: the allow-list. */
  readonly addresses: readonly string[];
  /** Domains whose every address may order, in lower case; only for mail that our own server has authenticated. */
  readonly domains: readonly string[];
  /** Takes mail from `addresses` although our mail server did not authenticate it: anybody could have forged it. */
  readonly acceptUnauthenticated: boolean;
  readonly language: Language;
  /** Writes "1.234,50" instead of "1,234.50". */
  readonly decimalComma: boolean;
  readonly policy: LinePolicy;
  /** How far a price in the order may be from ours, in hundredths of a percent of ours: 200 is 2 %. */
  readonly priceTolerance: number;
}
