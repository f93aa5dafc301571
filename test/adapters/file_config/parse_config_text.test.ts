import { expect, test } from "vitest";

import { type ConfigSyntax, parseConfigText } from "../../../src/adapters/file_config/parse_config_text.ts";
import { renderProblem } from "../../../src/app_runtime/config/api.ts";
import type { ConfigNode } from "../../../src/app_runtime/contracts/config_provider.ts";

const file = { layer: "application file", source: "app.yaml" };

function problems(text: string, syntax: ConfigSyntax = "yaml"): readonly string[] {
  return parseConfigText(text, file, syntax).problems.map(renderProblem);
}

/** The tree as plain data, with its line in place of each value's place. */
function plain(node: ConfigNode | undefined): unknown {
  if (node === undefined) return undefined;
  if (node.kind === "list") return node.items.map(plain);
  if (node.kind === "scalar") return `${node.value}@${node.place.line}:${node.place.column}`;
  return Object.fromEntries([...node.entries].map(([key, child]) => [key, plain(child)]));
}

function saysNothing(node: ConfigNode): boolean {
  return node.kind === "scalar" && node.value === null;
}

test("every value knows the line and column of its key", () => {
  const text = "platform:\n  name: shop\n  control: { host: a, port: 80 }\n  tags:\n    - x\n    - y\n  empty:\n";

  expect(plain(parseConfigText(text, file, "yaml").root)).toEqual({
    platform: {
      name: "shop@2:3",
      control: { host: "a@3:14", port: "80@3:23" },
      tags: ["x@5:7", "y@6:7"],
      empty: "null@7:3",
    },
  });
});

test("anchors and aliases may be used with measure; their values stand where the anchor is", () => {
  const text = "a: &common { x: 1 }\nb: *common\n";

  expect(plain(parseConfigText(text, file, "yaml").root)).toEqual({ a: { x: "1@1:14" }, b: { x: "1@1:14" } });
});

test("a merge key stands for all keys of an alias that are not written beside it", () => {
  const text = "a: &a { x: 1, y: 2 }\nb: { y: 3, <<: *a }\nc: { <<: [*a, { z: 4, x: 5 }] }\n";
  expect(plain(parseConfigText(text, file, "yaml").root)).toEqual({
    a: { x: "1@1:9", y: "2@1:15" },
    b: { y: "3@2:6", x: "1@1:9" },
    c: { x: "1@1:9", y: "2@1:15", z: "4@3:17" },
  });
  expect(problems("a: &a 1\nb: { <<: *a }\n")).toEqual([
    "app.yaml:2:6: This takes an alias of keys that stand above, such as `<<: *account`.",
  ]);
  expect(problems("a: &a { <<: *a }\n")).not.toEqual([]);
  expect(plain(parseConfigText('a: { "<<": 1 }', file, "yaml").root)).toEqual({ a: { "<<": "1@1:6" } });
});

test("an empty file, or one of comments, says nothing", () => {
  for (const text of ["", "\n\n", "# nothing yet\n", "---\n"]) {
    const layer = parseConfigText(text, file, "yaml");
    expect(layer.problems).toEqual([]);
    expect(layer.root === undefined || saysNothing(layer.root)).toBe(true);
  }
});

test("a file that is a list or a single text is no configuration", () => {
  const sentence = "A configuration begins with keys, such as `platform:`; this is a list or a single text.";
  for (const text of ["- a\n- b\n", "platform.name=shop\n", "[]", "17"]) {
    expect(problems(text), text).toEqual([`app.yaml:1:1: ${sentence}`]);
  }
  expect(problems('["a"]', "json")).toEqual([`app.yaml:1:1: ${sentence}`]);
});

test("what is wrong has a line, a plain sentence, and no piece of the file in it", () => {
  expect(problems("a:\n\tb: 1\n")).toEqual(["app.yaml:2:1: A tab cannot indent. Use spaces."]);
  expect(problems("a: 1\nb: 2\na: 3\n")).toEqual([
    'app.yaml:3:1: The key "a" stands twice; the first is on line 1. Remove one.',
  ]);
  expect(problems("password: @hunter2\n")[0]).toBe(
    "app.yaml:1:11: A text cannot begin with this character. Put it in quotes.",
  );
  expect(problems('password: "hunter2\nb: 1\n')[0]).toMatch(/^app\.yaml:\d+:\d+: /);
  expect(problems("a: [1, 2\nb: 3\n")[0]).toMatch(/^app\.yaml:\d+:\d+: /);
  expect(problems("a: !vault hunter2\n")).toEqual([
    "app.yaml:1:4: This ! tag is not known. If it is text, put it in quotes.",
  ]);
  expect(problems("a: *hunter2\n")).toEqual(["app.yaml:1:1: This alias has no anchor above it."]);
  expect(problems("? [a]\n: b\n")).toEqual(["app.yaml:1:3: A key must be a plain name."]);
  expect(problems("a: 1\n---\nb: 2\n")[0]).toContain("second document");
  expect(
    problems("password: hunter2: x\n").concat(problems("hunter2 }\n"), problems("'hunter2' 'x'")).join("\n"),
  ).not.toContain("hunter2");
});

test("one missing bracket does not make a thousand problems", () => {
  expect(problems("}".repeat(1000))).toHaveLength(10);
});

test("__proto__ is a key like any other", () => {
  expect(parseConfigText("__proto__: { polluted: true }\n", file, "yaml").root).toMatchObject({ kind: "map" });
  expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
});

const bombs: [string, string][] = [
  [
    "aliases of aliases",
    `a0: &a0 [x]\n${Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(9)}*a${i}]`).join("\n")}\n`,
  ],
  ["an alias of itself", "a: &a [*a]\n"],
  ["too many aliases", `a: &a 1\nb: [${"*a, ".repeat(200)}]\n`],
  ["too many values", Array.from({ length: 20_100 }, (_, i) => `k${i}: 1`).join("\n")],
  ["brackets", "[".repeat(50_000)],
  ["dashes", "- ".repeat(50_000)],
  ["indentation", Array.from({ length: 300 }, (_, i) => `${" ".repeat(i)}a:`).join("\n")],
];

test.each(bombs)("a bomb of %s is refused with a line", (_, text) => {
  const found = parseConfigText(text, file, "yaml").problems;

  expect(found.length).toBeGreaterThan(0);
  expect(found.length).toBeLessThan(20);
  expect(found.every((problem) => problem.place?.line !== undefined)).toBe(true);
  expect(found.map((problem) => problem.code)).toContain("LIMIT");
});

test("JSON is read with places, tabs and all, and nothing but JSON", () => {
  expect(plain(parseConfigText('{\n\t"a": {\n\t\t"b": [1, true]\n\t}\n}\n', file, "json").root)).toEqual({
    a: { b: ["1@3:9", "true@3:12"] },
  });
  for (const text of ["a: 1", "{ a: 1 }", "{ 'a': 1 }", '{ "a": x }', '{ "a": 1, }', '{ "a": 1 } # no', "[1 2]"]) {
    expect(problems(text, "json")[0], text).toMatch(/^app\.yaml:\d+:\d+: /);
  }
  expect(problems('{ "a": 1, "a": 2 }', "json")[0]).toContain("stands twice");
});

test("random text is read or refused, never thrown at the caller", () => {
  const pieces = [
    "a",
    ":",
    " ",
    "\n",
    "- ",
    "  ",
    "\t",
    "{",
    "}",
    "[",
    "]",
    ",",
    '"',
    "'",
    "|",
    ">",
    "&x ",
    "*x",
    "!t ",
    "#",
    "%",
    "?",
    "---",
    "...",
    "0x1f",
    "~",
    "é",
    "\0",
    "<<: ",
  ];
  let state = 7;
  const random = () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
  for (let round = 0; round < 1_000; round += 1) {
    const text = Array.from({ length: 1 + random() * 40 }, () => pieces[Math.floor(random() * pieces.length)]).join("");
    for (const syntax of ["yaml", "json"] as const) {
      const layer = parseConfigText(text, file, syntax);
      expect(
        layer.problems.every(({ place }) => place?.line !== undefined),
        JSON.stringify(text),
      ).toBe(true);
    }
  }
});
