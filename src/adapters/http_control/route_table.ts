import type { FastifyInstance } from "fastify";

/** Knows which methods each path takes, to list them and to tell a wrong method from a wrong path. Make it before the first route. */
export class RouteTable {
  readonly #methods = new Map<string, Set<string>>();

  constructor(app: FastifyInstance) {
    app.addHook("onRoute", ({ url, method }) => this.#add(url, [method].flat()));
  }

  /** "GET /status", in the order they were added. */
  list(): readonly string[] {
    return [...this.#methods].flatMap(([url, methods]) =>
      [...methods].filter((method) => method !== "HEAD").map((method) => `${method} ${url}`),
    );
  }

  /** The methods that `path` takes; undefined when there is no such path. */
  methodsOf(path: string): readonly string[] | undefined {
    const url = [...this.#methods.keys()].find((pattern) => fits(pattern.split("/"), path.split("/")));
    return url === undefined ? undefined : [...(this.#methods.get(url) ?? [])].toSorted();
  }

  #add(url: string, methods: readonly string[]): void {
    const known = this.#methods.get(url) ?? new Set();
    for (const method of methods) known.add(method);
    this.#methods.set(url, known);
  }
}

function fits(pattern: readonly string[], path: readonly string[]): boolean {
  return pattern.length === path.length && pattern.every((part, i) => part.startsWith(":") || part === path[i]);
}
