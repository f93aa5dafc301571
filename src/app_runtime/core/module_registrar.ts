import { RuntimeError } from "../base/runtime_error.ts";
import type { ServiceContainer } from "../container/api.ts";
import type {
  ApplicationModule,
  HandlerRecipe,
  ModuleRegistry,
  Recipe,
  ServiceToken,
  UnitDefaults,
} from "../contracts/application_module.ts";
import type { Component } from "../contracts/component.ts";
import type { ConfigOf, Schema } from "../contracts/config_schema.ts";
import type { HealthContributor } from "../contracts/health_contributor.ts";

/** Two modules want one name. */
export class ModuleConflictError extends RuntimeError {
  readonly code = "MODULE_CONFLICT";

  constructor(module: string, what: string, name: string) {
    super(
      `Module "${module}" declares the ${what} "${name}", which is declared already. Give one of them another name.`,
    );
  }
}

export type UnitRoleName = "queues" | "sources" | "workers" | "handlers";

/** Takes down what modules declare; nothing is made before the configuration is known. */
export class ModuleRegistrar {
  readonly sections = new Map<string, { readonly schema: Schema; readonly token: ServiceToken<unknown> }>();
  readonly units: Record<UnitRoleName, Record<string, UnitDefaults>> = {
    queues: {},
    sources: {},
    workers: {},
    handlers: {},
  };
  readonly handlers = new Map<string, HandlerRecipe>();
  readonly components: { readonly module: string; readonly recipe: Recipe<Component> }[] = [];
  readonly contributors: { readonly module: string; readonly recipe: Recipe<HealthContributor> }[] = [];
  readonly #container: ServiceContainer;

  constructor(container: ServiceContainer) {
    this.#container = container;
  }

  /** @throws {ModuleConflictError}, {ServiceTakenError} */
  register(module: ApplicationModule): void {
    module.register(this.#registryFor(module.name));
  }

  #registryFor(module: string): ModuleRegistry {
    return {
      config: (section, schema) => this.#declareSection(module, section, schema),
      service: (token, recipe) => this.#container.bindRecipe(token, recipe),
      serviceClass: (token, implementation) => this.#container.bindClass(token, implementation),
      handler: (name, recipe) => this.#declareHandler(module, name, recipe as unknown as HandlerRecipe),
      source: (name, defaults) => this.#declareUnit(module, "sources", name, defaults),
      queue: (name, defaults) => this.#declareUnit(module, "queues", name, defaults),
      workers: (name, defaults) => this.#declareUnit(module, "workers", name, defaults),
      component: (recipe) => {
        this.components.push({ module, recipe: recipe as unknown as Recipe<Component> });
      },
      healthContributor: (recipe) => {
        this.contributors.push({ module, recipe: recipe as unknown as Recipe<HealthContributor> });
      },
    };
  }

  #declareSection<S extends Schema>(module: string, section: string, schema: S): ServiceToken<ConfigOf<S>> {
    if (this.sections.has(section)) throw new ModuleConflictError(module, "config section", section);
    const token: ServiceToken<ConfigOf<S>> = { name: `config:${section}` };
    this.sections.set(section, { schema, token });
    return token;
  }

  #declareHandler(module: string, name: string, recipe: HandlerRecipe): void {
    this.#declareUnit(module, "handlers", name, { kind: "module" });
    this.handlers.set(name, recipe);
  }

  #declareUnit(module: string, role: UnitRoleName, name: string, defaults: UnitDefaults): void {
    if (Object.hasOwn(this.units[role], name)) throw new ModuleConflictError(module, role, name);
    this.units[role][name] = defaults;
  }
}
