import { type ConfigCheck, type ConfigShape, unitsReferTo } from "../config/api.ts";
import type { HandlerRecipe } from "../contracts/application_module.ts";
import type { ConfigOf, Schema } from "../contracts/config_schema.ts";
import type { QueueCapability } from "../contracts/task_queue.ts";
import type { QueueKind, SourceKind, UnitKind } from "../contracts/unit_kind.ts";
import { type QueueConfig, queueSchema } from "../queue/api.ts";
import { workerSchema } from "../workers/api.ts";
import { kindsAreTaken } from "./kinds_are_taken.ts";
import type { ModuleRegistrar } from "./module_registrar.ts";
import { platformSchema } from "./platform_schema.ts";
import type { RuntimeParts } from "./runtime_parts.ts";

/** What every source understands, whatever its adapter. */
export const sourceSchema = {
  queue: { doc: "Name of the queue it publishes into.", format: "nonempty", default: null },
  required: { doc: "Whether readiness depends on it.", format: "boolean", default: true },
} as const satisfies Schema;

export type SourceConfig = ConfigOf<typeof sourceSchema>;

/** The whole shape of a configuration: the platform's section, the modules', and units by role and kind. */
export function configShapeOf(parts: RuntimeParts, registrar: ModuleRegistrar): ConfigShape {
  const { kinds, platformSections = {} } = parts;
  const nested = Object.entries(platformSections).map(
    ([name, of]) => [name, { doc: `Settings of ${name}.`, format: "section", of }] as const,
  );
  const ofModules = [...registrar.sections].map(([name, { schema }]) => [name, schema] as const);
  return {
    sections: { platform: { ...platformSchema, ...Object.fromEntries(nested) }, ...Object.fromEntries(ofModules) },
    unitRoles: {
      queues: {
        doc: "Where tasks wait for a worker.",
        common: queueSchema,
        choice: { key: "adapter", kinds: schemasOf(kinds, "queue") },
      },
      sources: {
        doc: "What brings work in.",
        common: sourceSchema,
        choice: { key: "adapter", kinds: schemasOf(kinds, "source") },
      },
      workers: { doc: "Pools that take tasks from a queue and pass them to a handler.", common: workerSchema },
      handlers: {
        doc: "What does the work.",
        common: {},
        choice: { key: "kind", kinds: { module: {}, ...schemasOf(kinds, "handler") } },
      },
    },
  };
}

/** Names must lead somewhere, and a queue must be able to promise what is asked of it, and its handlers take what comes. */
export function configChecks(
  kinds: readonly UnitKind[],
  moduleHandlers: ReadonlyMap<string, HandlerRecipe>,
): readonly ConfigCheck[] {
  return [
    unitsReferTo("sources", "queue", "queues"),
    unitsReferTo("workers", "queue", "queues"),
    unitsReferTo("workers", "handler", "handlers"),
    moduleHandlersExist(new Set(moduleHandlers.keys())),
    kindsAreTaken(kinds, moduleHandlers),
    queuesCanPromise(kinds),
    kindsAgree(kinds),
    sourcesDiffer(kinds),
  ];
}

function schemasOf(kinds: readonly UnitKind[], role: UnitKind["role"]): Readonly<Record<string, Schema>> {
  return Object.fromEntries(kinds.filter((kind) => kind.role === role).map((kind) => [kind.kind, kind.schema]));
}

function moduleHandlersExist(known: ReadonlySet<string>): ConfigCheck {
  return (snapshot) =>
    [...snapshot.units("handlers").values()].flatMap((unit) => {
      if (unit.kind !== "module" || known.has(unit.name)) return [];
      const names = [...known].sort().join(", ") || "none";
      const message = `is of kind "module", but no module declares a handler of that name. Declared: ${names}.`;
      return [snapshot.problem(`handlers.${unit.name}`, "REFERENCE", message)];
    });
}

function queuesCanPromise(kinds: readonly UnitKind[]): ConfigCheck {
  const queueKinds = new Map(
    kinds.filter((kind) => kind.role === "queue").map((kind): [string, QueueKind] => [kind.kind, kind]),
  );
  const promising = (capability: QueueCapability) =>
    [...queueKinds.values()].flatMap((kind) => (kind.capabilities.has(capability) ? [kind.kind] : []));
  return (snapshot) =>
    [...snapshot.units("queues").values()].flatMap((unit) => {
      const claims = queueKinds.get(unit.kind)?.capabilities;
      return asksOf(unit.config as unknown as QueueConfig).flatMap(({ key, capability }) => {
        if (claims === undefined || claims.has(capability)) return [];
        const others = promising(capability).join(", ") || "none";
        const message = `asks for "${capability}", which the adapter "${unit.kind}" cannot promise. Adapters that can: ${others}.`;
        return [snapshot.problem(`queues.${unit.name}.${key}`, "CHECK", message)];
      });
    });
}

/** What a queue must be able to promise, and the key that says so. */
function asksOf({ requires, rateLimit }: QueueConfig): readonly { key: string; capability: QueueCapability }[] {
  const asked = requires.map((capability) => ({ key: "requires", capability: capability as QueueCapability }));
  return rateLimit === undefined ? asked : [...asked, { key: "rateLimit", capability: "rate-limit" }];
}

/** Two sources on one mailbox would take each mail twice, and answer each other's. */
function sourcesDiffer(kinds: readonly UnitKind[]): ConfigCheck {
  const sourceKinds = new Map(
    kinds.filter((kind) => kind.role === "source").map((kind): [string, SourceKind] => [kind.kind, kind]),
  );
  return (snapshot) => {
    const first = new Map<string, string>();
    return [...snapshot.units("sources").values()].flatMap((unit) => {
      const place = sourceKinds.get(unit.kind)?.worksOn?.(unit.config);
      const other = place === undefined ? undefined : first.get(place);
      if (place !== undefined && other === undefined) first.set(place, unit.name);
      if (other === undefined) return [];
      const message = `brings in the same work as the source "${other}" (${place}). Remove one of them.`;
      return [snapshot.problem(`sources.${unit.name}`, "CHECK", message)];
    });
  };
}

/** Each kind may look at the config of its units as a whole. */
function kindsAgree(kinds: readonly UnitKind[]): ConfigCheck {
  return (snapshot) =>
    kinds.flatMap((kind) =>
      [...snapshot.units(`${kind.role}s`).values()].flatMap((unit) => {
        const objection = unit.kind === kind.kind ? kind.check?.(unit.config, unit.name) : undefined;
        if (objection === undefined) return [];
        const place = `${kind.role}s.${unit.name}`;
        return typeof objection === "string"
          ? [snapshot.problem(place, "CHECK", objection)]
          : [snapshot.problem(`${place}.${objection.key}`, "CHECK", objection.why)];
      }),
    );
}
