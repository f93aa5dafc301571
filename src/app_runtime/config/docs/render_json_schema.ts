import { assertNever } from "../../base/assert_never.ts";
import type { LeafKey, NumberKey, Schema, SchemaKey, TextFormat } from "../../contracts/config_schema.ts";
import { type ConfigShape, enabledKey, type UnitRole, unitSchema } from "../config_shape.ts";
import { expectation, formatNameOf, isEnum, isSecretKey, numberBounds } from "../reading/formats.ts";

type JsonSchema = Readonly<Record<string, unknown>>;

/** Any value may be written as a text with references in it. */
const reference: JsonSchema = { $ref: "#/definitions/reference" };

/**
 * A JSON Schema (draft 7, which editors read) of the document. It asks for no key: what is required may stand in another
 * layer. The same shape always gives the same text.
 */
export function renderJsonSchema(shape: ConfigShape): string {
  const sections = Object.entries(shape.sections).map(([name, schema]) => [name, sectionSchema(schema)]);
  const roles = Object.entries(shape.unitRoles).map(([name, role]) => [name, roleSchema(role)]);
  const document = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Configuration",
    ...object(Object.fromEntries([...sections, ...roles])),
    definitions: { reference: { type: "string", pattern: "\\$\\{(env|secret):[^}]+\\}" } },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** Null everywhere: an empty value says nothing. */
function object(properties: JsonSchema): JsonSchema {
  return { type: ["object", "null"], properties, additionalProperties: false };
}

function sectionSchema(schema: Schema): JsonSchema {
  return object(Object.fromEntries(Object.entries(schema).map(([name, key]) => [name, keySchema(key)])));
}

function roleSchema(role: UnitRole): JsonSchema {
  return { type: ["object", "null"], description: role.doc, additionalProperties: unitAlternatives(role) };
}

function unitAlternatives(role: UnitRole): JsonSchema {
  const { choice } = role;
  if (choice === undefined) return unit(role.common, {});
  const kinds = Object.keys(choice.kinds);
  return { anyOf: kinds.map((kind) => unit(unitSchema(role, kind), { [choice.key]: { const: kind } })) };
}

function unit(schema: Schema, own: JsonSchema): JsonSchema {
  const keys = Object.fromEntries(Object.entries(schema).map(([name, key]) => [name, keySchema(key)]));
  return object({ [enabledKey]: { anyOf: [{ type: "boolean" }, reference] }, ...own, ...keys });
}

function keySchema(key: SchemaKey): JsonSchema {
  if (key.format === "section") return { description: key.doc, ...sectionSchema(key.of) };
  if (key.format === "map") {
    return { description: key.doc, type: ["object", "null"], additionalProperties: sectionSchema(key.of) };
  }
  return {
    description: `${key.doc} (${expectation(key)})`,
    anyOf: [leafSchema(key), reference, { type: "null" }],
    ...(key.default === null || isSecretKey(key) ? {} : { default: key.default }),
    ...(isSecretKey(key) ? { writeOnly: true } : {}),
  };
}

function leafSchema(key: LeafKey): JsonSchema {
  const name = formatNameOf(key);
  switch (name) {
    case "enum":
      return { enum: key.format };
    case "boolean":
      return { type: "boolean" };
    case "list":
      return { type: "array", items: elementSchema("of" in key ? key.of : undefined) };
    case "duration":
      return { type: "string", pattern: "^\\d+(\\.\\d+)?\\s?(ms|s|m|h|d)$" };
    case "size":
      return { type: "string", pattern: "^\\d+(\\.\\d+)?\\s?(B|kB|KB|MB|GB)$" };
    case "int":
    case "count":
    case "port":
      return { type: "integer", ...bounds(key as NumberKey) };
    case "number":
    case "ratio":
      return { type: "number", ...bounds(key as NumberKey) };
    case "string":
    case "nonempty":
    case "hostname":
    case "email":
    case "url":
    case "path":
    case "secret":
      return textSchema(name);
    default:
      return assertNever(name);
  }
}

function elementSchema(of: TextFormat | readonly string[] | undefined): JsonSchema {
  return { anyOf: [isEnum(of) ? { enum: of } : textSchema(of ?? "string"), reference] };
}

function textSchema(format: TextFormat): JsonSchema {
  return format === "string" ? { type: "string" } : { type: "string", minLength: 1 };
}

function bounds(key: NumberKey): JsonSchema {
  const { min, max } = numberBounds(key);
  return {
    ...(Number.isFinite(min) ? { minimum: min } : {}),
    ...(Number.isFinite(max) ? { maximum: max } : {}),
  };
}
