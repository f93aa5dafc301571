import { isAlias, isMap, isScalar, isSeq, type Node, Scalar, type YAMLMap } from "yaml";

import { maxDepth } from "../../app_runtime/config/api.ts";
import type {
  ConfigNode,
  ConfigPlace,
  ConfigProblem,
  ConfigProblemCode,
} from "../../app_runtime/contracts/config_provider.ts";

/** Aliases may multiply a small file into a huge tree ("billion laughs"): both are bounded. */
const maxAliases = 100;
const maxNodes = 20_000;

export interface DocumentWalkParts {
  placeAt(offset: number): ConfigPlace;
  problem(code: ConfigProblemCode, offset: number, message: string): ConfigProblem;
  readonly syntax: "yaml" | "json";
}

/** Turns the document tree of the parser into ours, with the place of each key. One walk reads one document. */
export class DocumentWalk {
  readonly problems: ConfigProblem[] = [];
  readonly #parts: DocumentWalkParts;
  readonly #anchors = new Map<string, Node>();
  #aliases = 0;
  #nodes = 0;
  #exhausted = false;

  constructor(parts: DocumentWalkParts) {
    this.#parts = parts;
  }

  /** Undefined for an empty document. */
  read(contents: Node | null): ConfigNode | undefined {
    return contents === null ? undefined : this.#node(contents, offsetOf(contents), 0);
  }

  /** `at` is where a reader would look for the node: its key, or itself in a list. */
  #node(node: Node, at: number, depth: number): ConfigNode {
    this.#nodes += 1;
    if (this.#exhausted) return this.#nothing(at);
    if (depth > maxDepth) return this.#refuse("LIMIT", at, `This is nested deeper than ${maxDepth} levels.`);
    if (this.#nodes > maxNodes)
      return this.#exhaust(at, `The file holds more than ${maxNodes} values, counting what aliases repeat.`);
    if (isAlias(node)) return this.#alias(node.source, at, depth);
    if ("anchor" in node && node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (isMap(node)) return this.#map(node, at, depth);
    if (isSeq(node)) {
      const items = node.items.map((item) => this.#node(item as Node, offsetOf(item as Node), depth + 1));
      return { kind: "list", items, place: this.#parts.placeAt(at) };
    }
    return isScalar(node) ? this.#scalar(node, at) : this.#nothing(at);
  }

  #map(node: YAMLMap, at: number, depth: number): ConfigNode {
    const entries = new Map<string, ConfigNode>();
    const merged: ConfigNode[] = [];
    for (const pair of node.items) {
      const key = pair.key as Scalar; // the parser has refused all others
      const name = String(key.value ?? "");
      const keyAt = offsetOf(key);
      if (name === mergeKey && key.type === Scalar.PLAIN && this.#parts.syntax === "yaml") {
        merged.push(...this.#mergedIn(pair.value as Node | null, keyAt, depth));
        continue;
      }
      const first = entries.get(name);
      if (first !== undefined) {
        this.#refuse(
          "SYNTAX",
          keyAt,
          `stands twice; the first is on line ${first.place.line ?? "?"}. Remove one.`,
          name,
        );
        continue;
      }
      if (this.#parts.syntax === "json" && key.type !== "QUOTE_DOUBLE") this.#refuseJson(keyAt);
      const value = pair.value as Node | null;
      entries.set(name, value === null ? this.#nothing(keyAt) : this.#node(value, keyAt, depth + 1));
    }
    for (const source of merged) addMissing(entries, source);
    return { kind: "map", entries, place: this.#parts.placeAt(at) };
  }

  /** YAML 1.1's merge key: `<<: *account` stands for all keys of `account` that are not written here themselves. */
  #mergedIn(value: Node | null, at: number, depth: number): readonly ConfigNode[] {
    const read = value === null ? this.#nothing(at) : this.#node(value, at, depth + 1);
    const sources = read.kind === "list" ? read.items : [read];
    if (sources.every((source) => source.kind === "map") || this.#exhausted) return sources;
    return [this.#refuse("SYNTAX", at, "This takes an alias of keys that stand above, such as `<<: *account`.")];
  }

  #scalar(node: Scalar, at: number): ConfigNode {
    const { value } = node;
    if (this.#parts.syntax === "json" && !isJsonScalar(node)) this.#refuseJson(at);
    if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
      return { kind: "scalar", value, place: this.#parts.placeAt(at) };
    }
    return this.#refuse("SYNTAX", at, "This is neither text, number, true, false nor empty.");
  }

  #alias(name: string, at: number, depth: number): ConfigNode {
    this.#aliases += 1;
    if (this.#aliases > maxAliases) return this.#exhaust(at, `The file holds more than ${maxAliases} aliases.`);
    const target = this.#anchors.get(name);
    if (target === undefined) return this.#refuse("SYNTAX", at, "This alias has no anchor above it.");
    return this.#node(target, at, depth + 1);
  }

  #refuseJson(at: number): void {
    this.#refuse("SYNTAX", at, "This is YAML, not JSON: texts and keys need double quotes. Or name the file .yaml.");
  }

  #exhaust(at: number, message: string): ConfigNode {
    this.#exhausted = true;
    return this.#refuse("LIMIT", at, message);
  }

  #refuse(code: ConfigProblemCode, at: number, message: string, name?: string): ConfigNode {
    const problem = this.#parts.problem(code, at, message);
    this.problems.push(
      name === undefined ? problem : { ...problem, message: `The key ${JSON.stringify(name.slice(0, 60))} ${message}` },
    );
    return this.#nothing(at);
  }

  #nothing(at: number): ConfigNode {
    return { kind: "scalar", value: null, place: this.#parts.placeAt(at) };
  }
}

const mergeKey = "<<";

function addMissing(entries: Map<string, ConfigNode>, source: ConfigNode): void {
  if (source.kind !== "map") return;
  for (const [name, node] of source.entries) if (!entries.has(name)) entries.set(name, node);
}

function offsetOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

function isJsonScalar(node: Scalar): boolean {
  return node.type === Scalar.QUOTE_DOUBLE || typeof node.value !== "string";
}
