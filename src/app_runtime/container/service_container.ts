import type { Container, Newable } from "inversify";
import type { Recipe, ServicesOf, ServiceToken } from "../contracts/application_module.ts";
import {
  ContainerOpenError,
  ContainerSealedError,
  ServiceFailedError,
  ServiceMissingError,
  ServiceTakenError,
} from "./container_errors.ts";
import { wiringError } from "./wiring_error.ts";

type Tokens = readonly ServiceToken<unknown>[];

/**
 * The long-lived services: bound while modules register, all made at once when it is sealed, so that a wiring mistake is a
 * boot error. Inside is inversify, which takes 70 ms to import: it is loaded from the first moment on, beside the reading
 * of the config, and needed only by `seal`. Source: seed 003, "ServiceContainer".
 */
export class ServiceContainer {
  readonly #inversify = import("inversify");
  readonly #bindings = new Map<string, (container: Container) => void>();
  #services: ReadonlyMap<string, unknown> | undefined;

  /** @throws {ContainerSealedError}, {ServiceTakenError}; so do the other two. */
  bindValue<T>(token: ServiceToken<T>, value: T): void {
    this.#add(token, (container) => {
      container.bind(token.name).toConstantValue(value);
    });
  }

  bindRecipe<T, const Needs extends Tokens>(token: ServiceToken<T>, recipe: Recipe<T, Needs>): void {
    const create = (...services: unknown[]) =>
      created(token.name, () => recipe.create(...(services as ServicesOf<Needs>)));
    const needs = recipe.needs.map((need) => need.name);
    this.#add(token, (container) => {
      container.bind(token.name).toResolvedValue(create, needs).inSingletonScope();
    });
  }

  /** A class decorated with `@injectable()` whose constructor names each part: `@inject(token.name)`. */
  bindClass<T>(token: ServiceToken<T>, implementation: new (...parts: never[]) => T): void {
    this.#add(token, (container) => {
      container
        .bind(token.name)
        .to(implementation as Newable)
        .inSingletonScope();
    });
  }

  has(token: ServiceToken<unknown>): boolean {
    return this.#bindings.has(token.name);
  }

  /**
   * Makes every service once; from then on nothing can be bound.
   * @throws {ServiceMissingError}, {ServiceCircleError}, {ServiceFailedError}
   */
  async seal(): Promise<void> {
    const { Container } = await this.#inversify;
    if (this.#services !== undefined) return;
    const container = new Container();
    for (const [name, bind] of this.#bindings) this.#explained(name, () => bind(container));
    const made = [...this.#bindings.keys()].map(
      (name) => [name, this.#explained(name, () => container.get(name))] as const,
    );
    this.#services = new Map(made);
  }

  /** @throws {ContainerOpenError} before `seal`, {ServiceMissingError} */
  get<T>(token: ServiceToken<T>): T {
    return this.#find(token, undefined) as T;
  }

  /**
   * Makes something that is not itself a service: a handler, a component.
   * @param what names it in errors. @throws {ContainerOpenError}, {ServiceMissingError}; what `create` throws passes.
   */
  make<T, const Needs extends Tokens>(what: string, recipe: Recipe<T, Needs>): T {
    const services = recipe.needs.map((need) => this.#find(need, what));
    return recipe.create(...(services as unknown as ServicesOf<Needs>));
  }

  #add(token: ServiceToken<unknown>, bind: (container: Container) => void): void {
    if (this.#services !== undefined) throw new ContainerSealedError(token.name);
    if (this.#bindings.has(token.name)) throw new ServiceTakenError(token.name);
    this.#bindings.set(token.name, bind);
  }

  #explained<T>(name: string, wire: () => T): T {
    try {
      return wire();
    } catch (thrown) {
      throw wiringError(name, thrown, [...this.#bindings.keys()]);
    }
  }

  #find(token: ServiceToken<unknown>, neededBy: string | undefined): unknown {
    if (this.#services === undefined) throw new ContainerOpenError(token.name);
    if (!this.#services.has(token.name))
      throw new ServiceMissingError(token.name, neededBy, [...this.#services.keys()]);
    return this.#services.get(token.name);
  }
}

/** Names the service whose recipe failed, not the one that needed it. */
function created(service: string, create: () => unknown): unknown {
  const made = attempt(service, create);
  if (made instanceof Promise) {
    made.catch(() => {}); // its outcome no longer matters, and must not end the node process
    throw new ServiceFailedError(
      service,
      "its recipe returned a promise. Open what takes time in a component's load()",
    );
  }
  return made;
}

function attempt(service: string, create: () => unknown): unknown {
  try {
    return create();
  } catch (thrown) {
    throw new ServiceFailedError(service, thrown);
  }
}
