import { expect, test } from "vitest";

import { renderConfigDocs, renderJsonSchema } from "../../../src/app_runtime/config/api.ts";
import { shape } from "./open_config.ts";

test("the docs have a table for each section, role and kind, and a row for each key", () => {
  const docs = renderConfigDocs(shape);
  const lines = docs.split("\n");

  expect(lines.filter((line) => line.startsWith("#"))).toEqual([
    "# Configuration",
    "## `platform`",
    "## `mailOrderBot`",
    "## `queues.<name>`",
    "### `queues.<name>` with `adapter: memory`",
    "### `queues.<name>` with `adapter: redis`",
    "## `sources.<name>`",
    "### `sources.<name>` with `adapter: imap`",
    "## `workers.<name>`",
  ]);
  expect(lines).toContain("| `dataDir` | path | `./data` | a path | Where data is kept. | needs a restart |");
  expect(lines).toContain(
    "| `control.token` | secret |  | a secret that is not empty | Needed off loopback. | optional, secret |",
  );
  expect(lines).toContain("| `customers.<name>.sender` | email |  | an e-mail address | Address. | **required** |");
  expect(lines).toContain("| `mode` | enum | `poll` | one of poll, idle | How to look for mail. |  |");
});

test("a text with a bar or a line break stays in its cell", () => {
  const docs = renderConfigDocs({
    sections: { a: { b: { doc: "one | two\nthree", format: ["x|y"], default: "x|y" } } },
    unitRoles: {},
  });

  expect(docs).toContain("| `b` | enum | `x\\|y` | one of x\\|y | one \\| two three |  |");
});

test("editors get a JSON Schema that knows keys and kinds, asks for nothing and reveals no secret", () => {
  const schema = JSON.parse(renderJsonSchema(shape));
  const { platform, sources, queues } = schema.properties;
  const [memory, redis] = queues.additionalProperties.anyOf;
  const imap = sources.additionalProperties.anyOf[0].properties;

  expect(platform.additionalProperties).toBe(false);
  expect(platform.properties.control.properties.port.anyOf[0]).toEqual({
    type: "integer",
    minimum: 0,
    maximum: 65_535,
  });
  expect(platform.properties.deadline).toMatchObject({
    default: "30s",
    description: expect.stringContaining("Time to stop."),
  });
  expect([memory.properties.adapter, redis.properties.adapter]).toEqual([{ const: "memory" }, { const: "redis" }]);
  expect(Object.keys(memory.properties)).toEqual(["enabled", "adapter", "retries", "capacity"]);
  expect(imap.mode.anyOf[0]).toEqual({ enum: ["poll", "idle"] });
  expect(imap.password).toMatchObject({ writeOnly: true });
  expect(JSON.stringify(schema)).not.toContain('"required"');
});
