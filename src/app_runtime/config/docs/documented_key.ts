import type { LeafKey, MapKey, Schema, SectionKey } from "../../contracts/config_schema.ts";

/** A leaf, or a map or section of its own meaning, at its dotted path. */
export interface DocumentedKey {
  /** "control.port"; below a map "customers.<name>.decimalComma". */
  readonly path: string;
  readonly key: LeafKey | SectionKey | MapKey;
}

/** Walks a schema in the order it was written, sections before what is in them. */
export function* documentedKeys(schema: Schema, path = ""): Generator<DocumentedKey> {
  for (const [name, key] of Object.entries(schema)) {
    const here = path === "" ? name : `${path}.${name}`;
    yield { path: here, key };
    if (key.format === "section") yield* documentedKeys(key.of, here);
    if (key.format === "map") yield* documentedKeys(key.of, `${here}.<name>`);
  }
}
