import type { Document, LineCounter, Node, YAMLMap } from "yaml";

type Yaml = typeof import("yaml");

const maxProblems = 50;

/** Collects everything that is wrong with a YAML file, each problem with the line it stands in. */
export class YamlProblems {
  readonly found: string[] = [];
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** The mappings in the list under `key`, which must be the file's only key. */
  async entries(text: string, key: string, knownKeys: readonly string[]): Promise<readonly YamlEntry[]> {
    const yaml = await import("yaml");
    const lines = new yaml.LineCounter();
    const document = yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false });
    for (const error of document.errors) this.add(lines.linePos(error.pos[0]).line, error.message);
    const list = this.found.length > 0 ? undefined : this.#list(yaml, document, key);
    return (list ?? []).flatMap((item) => {
      const line = lineOf(lines, item);
      if (yaml.isMap(item)) return [new YamlEntry(yaml, item, lines, knownKeys, (at, what) => this.add(at, what))];
      this.add(line, "it is not a mapping of keys and values.");
      return [];
    });
  }

  add(line: number, sentence: string): void {
    if (this.found.length < maxProblems) this.found.push(`${this.#path}:${line}: ${sentence}`);
  }

  #list(yaml: Yaml, document: Document, key: string): readonly unknown[] | undefined {
    const root = document.contents;
    const list = yaml.isMap(root) ? root.get(key, true) : undefined;
    if (yaml.isSeq(list)) return list.items;
    this.add(1, `it must hold a list under "${key}:".`);
    return undefined;
  }
}

/** One mapping of a YAML list. Reading a wrong value reports it and gives a harmless one, so that the next is read too. */
export class YamlEntry {
  readonly #yaml: Yaml;
  readonly #map: YAMLMap;
  readonly #lines: LineCounter;
  readonly #report: (line: number, sentence: string) => void;

  constructor(
    yaml: Yaml,
    map: YAMLMap,
    lines: LineCounter,
    knownKeys: readonly string[],
    report: (line: number, sentence: string) => void,
  ) {
    this.#yaml = yaml;
    this.#map = map;
    this.#lines = lines;
    this.#report = report;
    for (const { key } of map.items) {
      const name = yaml.isScalar(key) ? String(key.value) : "?";
      if (!knownKeys.includes(name))
        report(lineOf(lines, key), `unknown key "${name}". Known: ${knownKeys.join(", ")}.`);
    }
  }

  /** Reports a problem with the value of `key`. */
  refuse(key: string, sentence: string): void {
    this.#report(lineOf(this.#lines, this.#node(key) ?? this.#map), `${key}: ${sentence}`);
  }

  /** A text that must be there. */
  text(key: string): string {
    const value = this.#scalar(key);
    if (typeof value === "string" && value.trim() !== "" && value.length <= 200) return value.trim();
    this.refuse(key, value === undefined ? "it is missing." : "it must be a text of at most 200 characters.");
    return "";
  }

  /** A list of texts; empty if absent. */
  texts(key: string): readonly string[] {
    const node = this.#node(key);
    if (node === undefined) return [];
    const values = this.#yaml.isSeq(node)
      ? node.items.map((item) => (this.#yaml.isScalar(item) ? item.value : undefined))
      : [undefined];
    if (values.every((value) => typeof value === "string")) return values;
    this.refuse(key, "it must be a list of texts.");
    return [];
  }

  flag(key: string, fallback: boolean): boolean {
    const value = this.#scalar(key) ?? fallback;
    if (typeof value === "boolean") return value;
    this.refuse(key, "it must be true or false.");
    return fallback;
  }

  choice<T extends string>(key: string, choices: readonly T[], fallback: T): T {
    const value = this.#scalar(key) ?? fallback;
    const chosen = choices.find((choice) => choice === value);
    if (chosen === undefined) this.refuse(key, `it must be one of ${choices.join(", ")}.`);
    return chosen ?? fallback;
  }

  /** "2%" or "0.5%", in hundredths of a percent. */
  percent(key: string, fallback: number): number {
    const value = this.#scalar(key);
    if (value === undefined) return fallback;
    const match = /^(\d{1,2})(?:\.(\d{1,2}))?\s?%$/.exec(String(value));
    if (match !== null) return Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0"));
    this.refuse(key, 'it must be a percentage such as "2%".');
    return fallback;
  }

  /** Undefined if absent; null for what is no scalar, which no reader accepts. */
  #scalar(key: string): unknown {
    const node = this.#node(key);
    if (node === undefined) return undefined;
    return this.#yaml.isScalar(node) ? node.value : null;
  }

  #node(key: string): Node | undefined {
    const node = this.#map.get(key, true) as unknown;
    return this.#yaml.isNode(node) ? node : undefined;
  }
}

function lineOf(lines: LineCounter, node: unknown): number {
  const range = typeof node === "object" && node !== null && "range" in node ? node.range : undefined;
  return Array.isArray(range) && typeof range[0] === "number" ? lines.linePos(range[0]).line : 1;
}
