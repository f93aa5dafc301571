/** Where a value stands, so that errors and origins can name it. */
export interface ConfigPlace {
  /** The layer it belongs to: "application file", "environment". */
  readonly layer: string;
  /** What a person can open or look up: a file name, an environment variable. */
  readonly source: string;
  /** From 1. */
  readonly line?: number;
  readonly column?: number;
}

export interface ConfigScalar {
  readonly kind: "scalar";
  /** Null says nothing: what lower layers say, or the default, holds. */
  readonly value: string | number | boolean | null;
  readonly place: ConfigPlace;
}

export interface ConfigList {
  readonly kind: "list";
  readonly items: readonly ConfigNode[];
  readonly place: ConfigPlace;
}

export interface ConfigMap {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, ConfigNode>;
  readonly place: ConfigPlace;
}

/** What a layer says, as a tree in which every value knows its place (that of its key). Maps, not objects: no key is special. */
export type ConfigNode = ConfigScalar | ConfigList | ConfigMap;

/** Stable words for what can be wrong; docs/config.md explains them. */
export type ConfigProblemCode =
  | "FILE" // cannot be read
  | "SYNTAX" // is not YAML or JSON
  | "LIMIT" // too large, too deep, too many aliases
  | "NAME" // a name that cannot be used
  | "UNKNOWN_KEY"
  | "REQUIRED" // has no default and nobody sets it
  | "VALUE" // is not what the schema expects
  | "KIND" // the unit's kind is missing or unknown
  | "MISSING" // ${env:X} or ${secret:X} that is not there
  | "VARIABLE" // an environment variable or argument that names no key
  | "REFERENCE" // names a unit that is not there
  | "CHECK"; // breaks a rule between several keys

/** One thing that is wrong. Holds no secret: values of secret keys are masked before they get here. */
export interface ConfigProblem {
  readonly code: ConfigProblemCode;
  /** Dotted path of the key, "" for the whole document. */
  readonly path: string;
  /** What was expected, what was got, and the cure if it is not obvious. */
  readonly message: string;
  /** "Did you mean ...?" */
  readonly hint?: string;
  readonly place?: ConfigPlace;
}

/** What one provider read: a tree, and what was wrong on the way. */
export interface ConfigLayer {
  /** Absent when there is nothing (an empty or optional file). */
  readonly root?: ConfigNode;
  readonly problems: readonly ConfigProblem[];
}

/** Brings in one layer of configuration: a file, a table, a service. Source: seed 003, "ConfigProvider". */
export interface ConfigProvider {
  /** The layer's name in origins and errors. */
  readonly name: string;
  /** Reads the layer as it is now. What is wrong with its content is a problem in the layer, not an error. */
  load(): Promise<ConfigLayer>;
  /**
   * Calls `onChange` after the layer may have changed, and `onFailure` once if it can no longer tell. Disposing the result
   * stops it; nothing is called afterwards.
   */
  watch(onChange: () => void, onFailure: (reason: Error) => void): Disposable;
}
