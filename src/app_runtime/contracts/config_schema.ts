import type { DurationMs } from "../base/duration.ts";
import type { Bytes } from "../base/size.ts";

/** Texts; what each accepts is listed in docs/config.md. `secret` is masked in every output. */
export type TextFormat = "string" | "nonempty" | "hostname" | "email" | "url" | "path" | "secret";

/** `int` any whole number, `count` a whole number from 0, `ratio` 0 to 1, `port` 0 to 65535, `number` any finite one. */
export type NumberFormat = "int" | "count" | "number" | "ratio" | "port";

/** What every key says of itself. */
interface KeyTraits {
  /** Meaning, in a sentence or two, for docs/config.md and for editors. */
  readonly doc: string;
  /** Masked in every output. Format "secret" implies it. */
  readonly sensitive?: boolean;
  /** A change takes effect only after a restart; a reload says so. */
  readonly restart?: boolean;
}

/** A key without default (`default: null`) is required, unless it is `optional`: then it may be absent. */
type Presence<Written> =
  | { readonly default: Written; readonly optional?: false }
  | { readonly default: null; readonly optional?: boolean };

export type TextKey = KeyTraits & Presence<string> & { readonly format: TextFormat };

export type NumberKey = KeyTraits &
  Presence<number> & { readonly format: NumberFormat; readonly min?: number; readonly max?: number };

/** Written with a unit ("30s", "25MB"), here as in the files; parsed to milliseconds or bytes. */
export type QuantityKey = KeyTraits &
  Presence<string> & { readonly format: "duration" | "size"; readonly min?: string; readonly max?: string };

export type BooleanKey = KeyTraits & Presence<boolean> & { readonly format: "boolean" };

/** One of these words. */
export type EnumKey = KeyTraits & Presence<string> & { readonly format: readonly string[] };

/** A list of texts, or of words out of a fixed set. In an environment variable it is written with commas. */
export type ListKey = KeyTraits &
  Presence<readonly string[]> & { readonly format: "list"; readonly of?: TextFormat | readonly string[] };

/** A key whose value is read as one piece: everything but sections and maps. */
export type LeafKey = TextKey | NumberKey | QuantityKey | BooleanKey | EnumKey | ListKey;

/** A section inside a section. Absent, it consists of its defaults; `optional` and absent, it is absent. */
export interface SectionKey {
  readonly doc: string;
  readonly format: "section";
  readonly of: Schema;
  readonly optional?: boolean;
}

/** Any number of sections of one kind under names of the user's choice. Absent, it is empty. */
export interface MapKey {
  readonly doc: string;
  readonly format: "map";
  readonly of: Schema;
  readonly optional?: false;
}

export type SchemaKey = LeafKey | SectionKey | MapKey;

/**
 * The keys of one config section: type, default, unit and meaning in one place. Docs, validation, JSON Schema and types
 * come from it. Write `{ ... } as const satisfies Schema`, so that an enum keeps its words in the type.
 */
export interface Schema {
  readonly [key: string]: SchemaKey;
}

type OptionalKeys<S extends Schema> = { [K in keyof S]: S[K] extends { readonly optional: true } ? K : never }[keyof S];

/** The type of a parsed section: `ConfigOf<typeof imapSchema>`. */
export type ConfigOf<S extends Schema> = {
  readonly [K in Exclude<keyof S, OptionalKeys<S>>]: ValueOf<S[K]>;
} & { readonly [K in OptionalKeys<S>]?: ValueOf<S[K]> };

/** The type of one parsed value. */
export type ValueOf<Key> = Key extends { readonly format: readonly (infer Word)[] }
  ? Word
  : Key extends { readonly format: "duration" }
    ? DurationMs
    : Key extends { readonly format: "size" }
      ? Bytes
      : Key extends { readonly format: NumberFormat }
        ? number
        : Key extends { readonly format: "boolean" }
          ? boolean
          : Key extends { readonly format: "list" }
            ? readonly ElementOf<Key>[]
            : Key extends { readonly format: "section"; readonly of: infer S extends Schema }
              ? ConfigOf<S>
              : Key extends { readonly format: "map"; readonly of: infer S extends Schema }
                ? Readonly<Record<string, ConfigOf<S>>>
                : string;

type ElementOf<Key> = Key extends { readonly of: readonly (infer Word)[] } ? Word : string;
