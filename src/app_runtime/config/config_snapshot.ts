import { createHash } from "node:crypto";
import { inspect } from "node:util";

import { RuntimeError } from "../base/runtime_error.ts";
import type { ConfigPlace, ConfigProblem, ConfigProblemCode } from "../contracts/config_provider.ts";
import type { ConfigOf, Schema } from "../contracts/config_schema.ts";
import { ConfigMask, masked } from "./config_mask.ts";
import { joinPath } from "./config_problem.ts";
import type { ConfigShape } from "./config_shape.ts";
import { deepFreeze } from "./deep_freeze.ts";
import type { ShownValue } from "./reading/formats.ts";
import type { ConfigLeaf, ConfigValues, ReadContext } from "./reading/read_context.ts";
import type { ParsedDocument } from "./reading/read_document.ts";
import type { UnitConfig } from "./reading/read_unit.ts";

/** Where an effective value comes from. */
export interface ConfigOrigin {
  /** Absent: the default of the schema. */
  readonly place?: ConfigPlace;
  /** "env:IMAP_PASSWORD": what was put into the text. */
  readonly references: readonly string[];
}

/** One value as it may be shown to anybody. */
export interface ShownLeaf {
  readonly path: string;
  readonly value: ShownValue;
  readonly origin: ConfigOrigin;
  readonly secret: boolean;
  readonly restart: boolean;
}

/** Code asked for a section or role that nobody declared. */
export class ConfigAccessError extends RuntimeError {
  readonly code = "CONFIG_ACCESS";

  constructor(what: string, name: string, known: readonly string[]) {
    super(`There is no ${what} "${name}" in the configuration, or it has another schema. Known: ${known.join(", ")}.`);
  }
}

/** The whole configuration at one moment, frozen. Printing it in any way shows no secret. */
export class ConfigSnapshot {
  /** "3-9f2c1ab0": a counter of this run, and a hash of everything but the secrets. */
  readonly version: string;
  readonly #shape: ConfigShape;
  readonly #document: ParsedDocument;
  readonly #leaves: ReadonlyMap<string, ConfigLeaf>;
  readonly #places: ReadonlyMap<string, ConfigPlace>;
  readonly #mask: ConfigMask;
  readonly #values: ConfigValues;

  constructor(parts: { shape: ConfigShape; number: number; document: ParsedDocument; context: ReadContext }) {
    this.#shape = parts.shape;
    this.#document = parts.document;
    this.#leaves = parts.context.leaves;
    this.#places = parts.context.places;
    this.#mask = new ConfigMask(parts.context.leaves.values(), parts.context.secretTexts);
    this.#values = deepFreeze(valuesOf(parts.shape, parts.document));
    this.version = `${parts.number}-${this.#hash()}`;
  }

  /** All sections, and all units by role and name, in clear: secrets included. For showing, use `masked()`. */
  get values(): ConfigValues {
    return this.#values;
  }

  /** The parsed section; with its schema, typed. @throws {ConfigAccessError} when it was not declared with that schema. */
  get<S extends Schema>(section: string, schema: S): ConfigOf<S>;
  get(section: string): ConfigValues;
  get(section: string, schema?: Schema): unknown {
    const declared = Object.hasOwn(this.#shape.sections, section) ? this.#shape.sections[section] : undefined;
    if (declared === undefined || (schema !== undefined && schema !== declared)) {
      throw new ConfigAccessError("section", section, Object.keys(this.#shape.sections));
    }
    return this.#document.sections[section];
  }

  /** The enabled units of a role by name. @throws {ConfigAccessError} for an unknown role. */
  units(role: string): ReadonlyMap<string, UnitConfig> {
    const units = this.#document.units.get(role);
    if (units === undefined) throw new ConfigAccessError("unit role", role, [...this.#document.units.keys()]);
    return units;
  }

  get roles(): readonly string[] {
    return [...this.#document.units.keys()];
  }

  /** Names of units that are declared but say `enabled: false`. */
  disabledUnits(role: string): readonly string[] {
    return this.#document.disabled.get(role) ?? [];
  }

  /** Where the value at a dotted path comes from; undefined when there is no such value. */
  origin(path: string): ConfigOrigin | undefined {
    const leaf = this.#leaves.get(path);
    if (leaf !== undefined) return originOf(leaf);
    const place = this.#places.get(path);
    return place === undefined ? undefined : { place, references: [] };
  }

  /** Every value with its origin, fit for showing. */
  leaves(): readonly ShownLeaf[] {
    return [...this.#leaves.values()].map((leaf) => ({
      path: leaf.path,
      value: this.#mask.value(leaf),
      origin: originOf(leaf),
      secret: leaf.secret,
      restart: leaf.key.restart === true,
    }));
  }

  /** The shape of `values`, fit for showing: secrets are asterisks, durations and sizes carry their unit. */
  masked(): ConfigValues {
    return this.#maskedBelow(this.#values, "");
  }

  /** Foreign text with every secret of this configuration blotted out. */
  maskText(text: string): string {
    return this.#mask.text(text);
  }

  /** True when both values are the same, secrets included. */
  sameValue(other: ConfigSnapshot, path: string): boolean {
    return JSON.stringify(this.#leaves.get(path)?.value) === JSON.stringify(other.#leaves.get(path)?.value);
  }

  /** A problem at a dotted path, for checks: it knows where that path, or the nearest one above it, stands. */
  problem(path: string, code: ConfigProblemCode, message: string, hint?: string): ConfigProblem {
    const place = this.#placeNear(path);
    return { code, path, message, ...(place === undefined ? {} : { place }), ...(hint === undefined ? {} : { hint }) };
  }

  toJSON(): unknown {
    return { version: this.version, values: this.masked() };
  }

  [inspect.custom](): unknown {
    return this.toJSON();
  }

  #placeNear(path: string): ConfigPlace | undefined {
    const place = this.origin(path)?.place;
    if (place !== undefined || path === "") return place;
    return this.#placeNear(path.slice(0, Math.max(0, path.lastIndexOf("."), path.lastIndexOf("["))));
  }

  #maskedBelow(values: ConfigValues, path: string): ConfigValues {
    const shown = Object.entries(values).map(([name, value]) => {
      const here = joinPath(path, name);
      const leaf = this.#leaves.get(here);
      return [name, leaf === undefined ? this.#maskedBelow(value as ConfigValues, here) : this.#mask.value(leaf)];
    });
    return Object.fromEntries(shown) as ConfigValues;
  }

  #hash(): string {
    const said = [...this.#leaves.values()].map((leaf) => [leaf.path, leaf.secret ? masked : leaf.value]);
    said.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
    return createHash("sha256").update(JSON.stringify(said)).digest("hex").slice(0, 8);
  }
}

function originOf(leaf: ConfigLeaf): ConfigOrigin {
  return { references: leaf.references, ...(leaf.place === undefined ? {} : { place: leaf.place }) };
}

function valuesOf(shape: ConfigShape, document: ParsedDocument): ConfigValues {
  const roles = [...document.units].map(([roleName, units]) => {
    const kindKey = shape.unitRoles[roleName]?.choice?.key;
    const byName = [...units.values()].map((unit) => [unit.name, unitValues(unit, kindKey)]);
    return [roleName, Object.fromEntries(byName)];
  });
  return { ...document.sections, ...Object.fromEntries(roles) };
}

function unitValues(unit: UnitConfig, kindKey: string | undefined): ConfigValues {
  return kindKey === undefined ? unit.config : { [kindKey]: unit.kind, ...unit.config };
}
