const systemFlags = ["\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft"] as const;

export const allSystemFlags: readonly string[] = systemFlags;

/** Spells flags in one way: RFC 9051 section 2.3.2 makes them case-insensitive, and the first spelling of a keyword stays. */
export class FlagNames {
  readonly #spelling = new Map<string, string>(systemFlags.map((flag) => [flag.toLowerCase(), flag]));

  /** The usual spelling; a new keyword is remembered. `\Recent` and other unknown system flags are undefined. */
  spell(flag: string): string | undefined {
    const known = this.#spelling.get(flag.toLowerCase());
    if (known !== undefined) return known;
    if (flag.startsWith("\\")) return undefined;
    this.#spelling.set(flag.toLowerCase(), flag);
    return flag;
  }

  spellAll(flags: Iterable<string>): string[] {
    return [...flags].flatMap((flag) => this.spell(flag) ?? []);
  }

  /** System flags first, then the keywords seen so far. */
  all(): readonly string[] {
    return [...this.#spelling.values()];
  }
}
