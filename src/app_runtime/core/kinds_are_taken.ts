import type { ConfigCheck, ConfigSnapshot, UnitConfig } from "../config/api.ts";
import type { HandlerRecipe } from "../contracts/application_module.ts";
import type { SourceKind, UnitKind } from "../contracts/unit_kind.ts";

type Handlers = ReadonlyMap<string, Pick<HandlerRecipe, "accepts">>;

/** What a source makes must be what the handlers of its queue take: each of those tasks would become a dead letter. */
export function kindsAreTaken(kinds: readonly UnitKind[], handlers: Handlers): ConfigCheck {
  const sourceKinds = new Map(
    kinds.filter((kind) => kind.role === "source").map((kind): [string, SourceKind] => [kind.kind, kind]),
  );
  return (snapshot) =>
    [...snapshot.units("sources").values()].flatMap((source) => {
      const made = sourceKinds.get(source.kind)?.taskKind?.(source.config);
      const refusing = made === undefined ? undefined : whoRefuses(snapshot, handlers, source, made);
      if (made === undefined || refusing === undefined) return [];
      const takers = [...handlers].flatMap(([name, { accepts }]) => (accepts?.includes(made) === false ? [] : [name]));
      const cure =
        takers.length === 0
          ? "No handler of this application takes it: remove the source, or declare a handler for it in a module."
          : `Give the source another queue, with a pool for a handler that takes it: ${takers.join(", ")}.`;
      const message = `makes tasks of kind "${made}", but the pool "${refusing.pool}" of its queue "${source.config.queue}" gives them to the handler "${refusing.handler}", which takes ${refusing.accepts.join(", ")} only. ${cure}`;
      return [snapshot.problem(`sources.${source.name}`, "CHECK", message)];
    });
}

function whoRefuses(snapshot: ConfigSnapshot, handlers: Handlers, source: UnitConfig, made: string) {
  for (const { name: pool, config } of snapshot.units("workers").values()) {
    if (config.queue !== source.config.queue) continue;
    const handler = String(config.handler);
    const isOurs = snapshot.units("handlers").get(handler)?.kind === "module";
    const accepts = isOurs ? handlers.get(handler)?.accepts : undefined;
    if (accepts !== undefined && !accepts.includes(made)) return { pool, handler, accepts };
  }
  return undefined;
}
