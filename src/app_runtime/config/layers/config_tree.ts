import type {
  ConfigLayer,
  ConfigMap,
  ConfigNode,
  ConfigPlace,
  ConfigProblem,
} from "../../contracts/config_provider.ts";
import { joinPath } from "../config_problem.ts";

/** Deeper than any schema; what is deeper is a mistake or an attack. */
export const maxDepth = 32;

/** Turns plain data (a module's defaults, a row of a table) into a layer whose values all stand at `place`. */
export function layerOf(data: unknown, place: ConfigPlace): ConfigLayer {
  const problems: ConfigProblem[] = [];
  const root = nodeOf(data, { place, path: "", depth: 0, problems });
  return { root, problems };
}

interface Position {
  readonly place: ConfigPlace;
  readonly path: string;
  readonly depth: number;
  readonly problems: ConfigProblem[];
}

function nodeOf(data: unknown, at: Position): ConfigNode {
  if (at.depth > maxDepth) return refused(at, "LIMIT", `is nested deeper than ${maxDepth} levels.`);
  if (data === null || data === undefined) return { kind: "scalar", value: null, place: at.place };
  if (typeof data === "string" || typeof data === "number" || typeof data === "boolean") {
    return { kind: "scalar", value: data, place: at.place };
  }
  if (Array.isArray(data)) {
    return { kind: "list", items: data.map((item) => nodeOf(item, below(at, "[]"))), place: at.place };
  }
  if (typeof data !== "object") return refused(at, "VALUE", `is a ${typeof data}, which no file could hold.`);
  const entries = Object.entries(data).map(([key, value]) => [key, nodeOf(value, below(at, key))] as const);
  return { kind: "map", entries: new Map(entries), place: at.place };
}

function below(at: Position, key: string): Position {
  return { ...at, path: joinPath(at.path, key), depth: at.depth + 1 };
}

function refused(at: Position, code: "LIMIT" | "VALUE", message: string): ConfigNode {
  at.problems.push({ code, path: at.path, message, place: at.place });
  return { kind: "scalar", value: null, place: at.place };
}

/** What stands under `key`, if `node` is a map and has it. */
export function childOf(node: ConfigNode | undefined, key: string): ConfigNode | undefined {
  return node?.kind === "map" ? node.entries.get(key) : undefined;
}

/** Grows a tree path by path, as environment and command line do. */
export class TreeBuilder {
  readonly #root: GrowingMap;
  readonly #place: ConfigPlace;

  constructor(place: ConfigPlace) {
    this.#place = place;
    this.#root = new Map();
  }

  /** False when the path runs through a value, or ends where a deeper path already is. */
  set(path: readonly string[], value: string, place: ConfigPlace): boolean {
    let map = this.#root;
    for (const segment of path.slice(0, -1)) {
      const next = map.get(segment) ?? new Map();
      if (!(next instanceof Map)) return false;
      map.set(segment, next);
      map = next;
    }
    const key = path.at(-1) ?? "";
    if (map.get(key) instanceof Map) return false;
    map.set(key, { kind: "scalar", value, place });
    return true;
  }

  build(): ConfigMap {
    return grown(this.#root, this.#place);
  }
}

type GrowingMap = Map<string, GrowingMap | ConfigNode>;

/** A map that nobody wrote as such stands where the first value in it stands. */
function grown(map: GrowingMap, place: ConfigPlace): ConfigMap {
  const entries = [...map].map(([key, node]) => [key, node instanceof Map ? grown(node, place) : node] as const);
  return { kind: "map", entries: new Map(entries), place: entries[0]?.[1].place ?? place };
}
