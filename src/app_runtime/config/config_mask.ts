import { type ShownValue, showValue } from "./reading/formats.ts";
import type { ConfigLeaf } from "./reading/read_context.ts";

/** What stands in the place of a secret. */
export const masked = "***";

/** Shorter texts are words of every sentence; blotting them out would hide the message, not the secret. */
const shortestBlotted = 4;

/** The one way out for configuration values: everything that prints goes through here. */
export class ConfigMask {
  readonly #texts: readonly string[];

  constructor(leaves: Iterable<ConfigLeaf>, secretTexts: Iterable<string>) {
    const texts = new Set(secretTexts);
    for (const leaf of leaves) if (leaf.secret) for (const text of textsOf(leaf.value)) texts.add(text);
    const worthBlotting = [...texts].filter((text) => text.length >= shortestBlotted);
    this.#texts = worthBlotting.sort((a, b) => b.length - a.length); // the longest first: one may contain another
  }

  /** The value as a person would write it, or asterisks. */
  value(leaf: ConfigLeaf): ShownValue {
    if (leaf.secret) return masked;
    const shown = showValue(leaf.key, leaf.value);
    if (typeof shown === "string") return this.text(shown);
    return Array.isArray(shown) ? shown.map((item) => this.text(String(item))) : shown;
  }

  /** Foreign text, such as a message of a check, with every known secret blotted out. */
  text(text: string): string {
    let blotted = text;
    for (const secret of this.#texts) blotted = blotted.replaceAll(secret, masked);
    return blotted;
  }
}

function textsOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === "string" || typeof value === "number" ? [String(value)] : [];
}
