import { RuntimeError } from "../base/runtime_error.ts";
import type { Schema, SchemaKey } from "../contracts/config_schema.ts";

/** Everything a configuration may consist of: what the platform, its modules and its unit kinds declare together. */
export interface ConfigShape {
  /** Sections of the document's root: `platform`, `mailOrderBot`. */
  readonly sections: Readonly<Record<string, Schema>>;
  /** Maps of the root from unit name to unit: `queues`, `sources`, `workers`, `handlers`. */
  readonly unitRoles: Readonly<Record<string, UnitRole>>;
}

/** What the units under one key of the root have in common. Each of them may also say `enabled: false`. */
export interface UnitRole {
  readonly doc: string;
  /** Keys that every unit of this role has. */
  readonly common: Schema;
  /** Absent: all units of this role are alike. */
  readonly choice?: KindChoice;
}

/** Which further keys a unit has depends on the word under `key`. */
export interface KindChoice {
  /** `adapter` or `kind`. */
  readonly key: string;
  readonly kinds: Readonly<Record<string, Schema>>;
}

/** The key that takes a unit out of the configuration. */
export const enabledKey = "enabled";

/** A schema that the platform cannot read: a mistake in code, not in a file. */
export class ConfigShapeError extends RuntimeError {
  readonly code = "CONFIG_SHAPE";

  constructor(path: string, mistake: string) {
    super(`The config schema at "${path}" ${mistake}`);
  }
}

/** Names that would reach into JavaScript's own objects. */
const reservedNames: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** Names a user chooses, for units and in maps: they become path segments and parts of environment variables. */
export function isUsableName(name: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(name) && !name.includes("__") && !reservedNames.has(name);
}

/** All keys a unit of this kind may have, the kind's own over the common ones. */
export function unitSchema(role: UnitRole, kind: string | undefined): Schema {
  const own = kind === undefined ? undefined : role.choice?.kinds[kind];
  return { ...role.common, ...own };
}

/** @throws {ConfigShapeError} when two declarations collide or a key cannot be written in a file. */
export function assertShape(shape: ConfigShape): void {
  for (const [name, schema] of Object.entries(shape.sections)) {
    if (Object.hasOwn(shape.unitRoles, name)) throw new ConfigShapeError(name, "is both a section and a unit role.");
    assertKeys({ [name]: { doc: name, format: "section", of: schema } }, "");
  }
  for (const [name, role] of Object.entries(shape.unitRoles)) {
    const schemas = [role.common, ...Object.values(role.choice?.kinds ?? {})];
    for (const schema of schemas) {
      assertKeys({ [name]: { doc: name, format: "section", of: schema } }, "");
      for (const taken of [enabledKey, role.choice?.key ?? enabledKey]) {
        if (Object.hasOwn(schema, taken)) throw new ConfigShapeError(`${name}.*.${taken}`, "is a key of every unit.");
      }
    }
  }
}

function assertKeys(schema: Schema, path: string): void {
  for (const [name, key] of Object.entries(schema)) {
    const here = path === "" ? name : `${path}.${name}`;
    if (!/^[a-z][A-Za-z0-9]*$/.test(name) || reservedNames.has(name)) {
      throw new ConfigShapeError(here, "has a name that is not camelCase.");
    }
    const below = sectionOf(key);
    if (below !== undefined) assertKeys(below, here);
  }
}

/** The schema below a key, if there is one. */
export function sectionOf(key: SchemaKey): Schema | undefined {
  return key.format === "section" || key.format === "map" ? key.of : undefined;
}
