import type { Component } from "./component.ts";
import type { ConfigOf, Schema } from "./config_schema.ts";
import type { HealthContributor } from "./health_contributor.ts";
import type { TaskHandler } from "./task_handler.ts";

/** The key of a service in the container, carrying its type. Two tokens with one name are one service. */
export interface ServiceToken<T> {
  readonly name: string;
  /** Never set; it carries `T` for the compiler. */
  readonly type?: T;
}

export function serviceToken<T>(name: string): ServiceToken<T> {
  return { name };
}

/** The services behind a list of tokens, in order. */
export type ServicesOf<Needs extends readonly ServiceToken<unknown>[]> = {
  readonly [I in keyof Needs]: Needs[I] extends ServiceToken<infer T> ? T : never;
};

/** How something is made from services: nothing reaches into the container, it says what it needs. */
export interface Recipe<T, Needs extends readonly ServiceToken<unknown>[] = readonly ServiceToken<unknown>[]> {
  readonly needs: Needs;
  create(...services: ServicesOf<Needs>): T;
}

/** How a handler is made, and what it can do with. */
export interface HandlerRecipe<Needs extends readonly ServiceToken<unknown>[] = readonly ServiceToken<unknown>[]>
  extends Recipe<TaskHandler, Needs> {
  /**
   * The kinds of tasks it takes. A configuration that would bring it others, from a source whose kind is known before, is
   * refused. Absent: any.
   */
  readonly accepts?: readonly string[];
}

/** A unit as config would write it: `{ adapter: "memory", capacity: 100 }`. The YAML overrides it key by key. */
export type UnitDefaults = Readonly<Record<string, unknown>>;

/**
 * What a module may declare while it registers. @throws {ModuleConflictError} when a name is taken,
 * {ContainerSealedError} after boot.
 */
export interface ModuleRegistry {
  /** Declares a config section of the application and returns the token of its parsed value. */
  config<S extends Schema>(section: string, schema: S): ServiceToken<ConfigOf<S>>;
  service<T, const Needs extends readonly ServiceToken<unknown>[]>(
    token: ServiceToken<T>,
    recipe: Recipe<T, Needs>,
  ): void;
  /** A class with inversify's decorators and explicit `@inject(token.name)`. */
  serviceClass<T>(token: ServiceToken<T>, implementation: new (...parts: never[]) => T): void;
  handler<const Needs extends readonly ServiceToken<unknown>[]>(name: string, recipe: HandlerRecipe<Needs>): void;
  source(name: string, defaults: UnitDefaults): void;
  queue(name: string, defaults: UnitDefaults): void;
  workers(name: string, defaults: UnitDefaults): void;
  component<const Needs extends readonly ServiceToken<unknown>[]>(recipe: Recipe<Component, Needs>): void;
  healthContributor<const Needs extends readonly ServiceToken<unknown>[]>(
    recipe: Recipe<HealthContributor, Needs>,
  ): void;
}

/** Describes a business application to the runtime. Source: seed 003, "ApplicationModule". */
export interface ApplicationModule {
  readonly name: string;
  register(registry: ModuleRegistry): void;
}
