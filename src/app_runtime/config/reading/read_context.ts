import type { ConfigNode, ConfigPlace, ConfigProblem, ConfigProblemCode } from "../../contracts/config_provider.ts";
import type { LeafKey } from "../../contracts/config_schema.ts";
import { isSecretKey } from "./formats.ts";
import type { ReferenceTable } from "./references.ts";

/** A parsed section: plain data, frozen before anybody sees it. */
export type ConfigValues = Readonly<Record<string, unknown>>;

/** A value as the layers wrote it, after its references were replaced. */
export interface WrittenLeaf {
  readonly key: LeafKey;
  readonly path: string;
  readonly node: ConfigNode;
  readonly value: unknown;
  readonly secret: boolean;
  readonly references: readonly string[];
}

/** One parsed value and all that is known of it. */
export interface ConfigLeaf {
  readonly path: string;
  readonly key: LeafKey;
  readonly value: unknown;
  /** The key is sensitive, or the value came out of a secret. */
  readonly secret: boolean;
  /** Absent for a default of the schema. */
  readonly place?: ConfigPlace;
  /** "env:IMAP_PASSWORD": what was put into the text. */
  readonly references: readonly string[];
}

/** What a walk over the document gathers; one per walk. */
export class ReadContext {
  readonly references: ReferenceTable;
  readonly problems: ConfigProblem[] = [];
  readonly leaves = new Map<string, ConfigLeaf>();
  /** Where sections, units and map entries begin. */
  readonly places = new Map<string, ConfigPlace>();
  readonly secretTexts = new Set<string>();

  constructor(references: ReferenceTable) {
    this.references = references;
  }

  /** Keeps the parsed value of what somebody wrote. */
  keep({ key, path, node, secret, references }: WrittenLeaf, value: unknown): void {
    this.leaves.set(path, { path, key, value, secret, references, place: node.place });
  }

  /** Keeps a value that nobody wrote. */
  keepDefault(key: LeafKey, path: string, value: unknown): void {
    this.leaves.set(path, { path, key, value, secret: isSecretKey(key), references: [] });
  }

  report(code: ConfigProblemCode, at: { path: string; node?: ConfigNode | undefined }, message: string, hint?: string) {
    const place = at.node?.place;
    this.problems.push({
      code,
      path: at.path,
      message,
      ...(place === undefined ? {} : { place }),
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

/** What stands there, for "got ...": short, on one line. */
export function describeNode(node: ConfigNode): string {
  switch (node.kind) {
    case "map":
      return "a section";
    case "list":
      return "a list";
    default:
      return describeValue(node.value);
  }
}

export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  const text = JSON.stringify(value) ?? typeof value;
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}
