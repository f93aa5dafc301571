import { expect, test } from "vitest";
import { type CatalogEntry, errorCatalog } from "../../scripts/errors/error_catalog.ts";
import { renderCatalog } from "../../scripts/errors/render_catalog.ts";

function catalogOf(...sources: readonly string[]) {
  return errorCatalog(new Map(sources.map((text, i) => [`src/file_${i}.ts`, text])));
}

const leaseLost = `
/** Something else. */
export class Queue {
}

/**
 * We settled too late: the lease
 * ran out.
 */
export class LeaseLostError extends RuntimeError {
  readonly code = "LEASE_LOST";
  override readonly failureClass = "permanent";

  constructor(queue: string, held: { forMs: number }) {
    super(
      \`Queue "\${queue}" waited \${format({ ms: held.forMs })} ms. \\\`leaseMs\\\` is too short:\\n\${rest}\`,
    );
  }
}
`;

test("an error is listed with its meaning, its message and what a worker makes of it", () => {
  expect(catalogOf(leaseLost)).toEqual({
    entries: [
      {
        code: "LEASE_LOST",
        className: "LeaseLostError",
        file: "src/file_0.ts",
        meaning: "We settled too late: the lease ran out.",
        message: 'Queue "…" waited … ms. `leaseMs` is too short: …',
        failureClass: "permanent",
      } satisfies CatalogEntry,
    ],
    problems: [],
  });
});

test("an error without a failure class is transient, and one without a constructor has no message", () => {
  const { entries } = catalogOf(
    `/** No good. */\nexport class BadError extends RuntimeError {\n  readonly code = "BAD";\n}\n`,
  );
  expect(entries).toMatchObject([{ code: "BAD", failureClass: "transient", meaning: "No good." }]);
  expect(entries[0]).not.toHaveProperty("message");
});

test("a family of codes is listed one by one, from a union or from a table", () => {
  const union = `type Code = "A_ONE" | "A_TWO";\n/** A. */\nexport class AError extends RuntimeError {\n  readonly code: Code;\n}\n`;
  const table = `const statusOf = {\n  B_ONE: 400,\n  B_TWO: 500,\n} as const;\ntype Code = keyof typeof statusOf;\n/** B. */\nexport class BError extends RuntimeError {\n  readonly code: Code;\n}\n`;
  expect(catalogOf(union, table).entries.map(({ code }) => code)).toEqual(["A_ONE", "A_TWO", "B_ONE", "B_TWO"]);
});

test("abstract classes and errors that stay inside are not listed", () => {
  const inner = `export abstract class RootError extends RuntimeError {\n}\nexport class Inner extends Error {\n}\n`;
  expect(catalogOf(inner)).toEqual({ entries: [], problems: [] });
});

test("a code used twice is a problem", () => {
  expect(catalogOf(leaseLost, leaseLost.replace("LeaseLostError", "LateError")).problems).toEqual([
    "Code LEASE_LOST is used by LeaseLostError and LateError.",
  ]);
});

test("a class without a code, or without a word of what it means, is a problem", () => {
  const { problems } = catalogOf("export class MuteError extends RuntimeError {\n}\n");
  expect(problems).toEqual([
    'MuteError in src/file_0.ts has no code in capitals: readonly code = "PLACE_WHAT".',
    "MuteError in src/file_0.ts says nowhere what it means: give it a docstring.",
  ]);
});

test("the page links each code to its source", () => {
  expect(renderCatalog(catalogOf(leaseLost).entries)).toContain(
    "## LEASE_LOST\n\nWe settled too late: the lease ran out.\n\n> Queue",
  );
});
