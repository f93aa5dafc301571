import convict from "convict";

import type { LeafKey } from "../../contracts/config_schema.ts";
import { coerceText, fits, formatNameOf, formatNames } from "./formats.ts";

/**
 * convict behind our schema language, and the only file that imports it: defaults, coercion and format checks of one
 * section. What it does not do for us is done around it: nesting (its names are dotted), unknown and required keys, places.
 */
export function settle(
  keys: ReadonlyMap<string, LeafKey>,
  written: Readonly<Record<string, unknown>>,
): { readonly values: Readonly<Record<string, unknown>>; readonly misfits: ReadonlySet<string> } {
  const misfits = new Set<string>();
  const definition: Record<string, convict.SchemaObj<unknown>> = {};
  for (const [name, key] of keys) {
    definition[name] = {
      doc: key.doc,
      default: key.default,
      format: conventionOf(formatNameOf(key)),
      nullable: true,
      fitsKey: (value: unknown) => fits(key, value),
      misfit: () => misfits.add(name),
    };
  }
  // A fresh instance each time: load() merges and never forgets. Environment and arguments are layers of ours.
  const instance = convict<Record<string, unknown>>(definition, { env: {}, args: [] });
  instance.load(written).validate({ allowed: "strict" });
  return { values: instance.getProperties(), misfits };
}

/** convict's formats are global to the process: ours carry a prefix. */
function conventionOf(formatName: string): string {
  return `app_runtime:${formatName}`;
}

for (const formatName of formatNames) {
  convict.addFormat({
    name: conventionOf(formatName),
    coerce: (value: unknown) => (typeof value === "string" ? coerceText(formatName, value) : value),
    // convict joins all errors into one text; we want them key by key, so a check reports instead of throwing.
    validate: (value: unknown, { fitsKey, misfit }: convict.SchemaObj<unknown>) => {
      if (!fitsKey(value)) misfit();
    },
  });
}
