import { expect, onTestFinished } from "vitest";
import { memoryQueueKind } from "../../../src/adapters/memory_queue/index.ts";
import type { ApplicationModule, ModuleRegistry } from "../../../src/app_runtime/contracts/application_module.ts";
import type { Component } from "../../../src/app_runtime/contracts/component.ts";
import { done, type TaskHandler } from "../../../src/app_runtime/contracts/task_handler.ts";
import type { SourceStatus, TaskSource } from "../../../src/app_runtime/contracts/task_source.ts";
import { type SourceKind, sourceKind } from "../../../src/app_runtime/contracts/unit_kind.ts";
import {
  type InMemoryApplication,
  type InMemoryOptions,
  runInMemory,
} from "../../../src/app_runtime/testing/run_in_memory.ts";

/** A module with one pipeline: inbox → orders → handler "work". */
export function shopModule(
  handle: TaskHandler["handle"],
  more: (registry: ModuleRegistry) => void = () => {},
): ApplicationModule {
  return {
    name: "shop",
    register(registry) {
      registry.queue("orders", { adapter: "memory", retry: { attempts: 3, initialDelay: "100ms", jitter: 0 } });
      registry.source("inbox", { adapter: "by_hand", queue: "orders" });
      registry.workers("orders", { queue: "orders", handler: "work", concurrency: 2 });
      registry.handler("work", { needs: [], create: () => ({ handle }) });
      more(registry);
    },
  };
}

export interface ShopOptions extends Partial<InMemoryOptions> {
  readonly handle?: TaskHandler["handle"];
  readonly more?: (registry: ModuleRegistry) => void;
}

/** Boots the shop; after the test it is stopped, and must have left no timer. */
export async function openShop(options: ShopOptions = {}): Promise<InMemoryApplication> {
  const { handle = () => done, more, ...rest } = options;
  const shop = await runInMemory({
    modules: [shopModule(handle, more)],
    ...rest,
    kinds: [memoryQueueKind, ...(rest.kinds ?? [])],
  });
  onTestFinished(async () => {
    if (shop.runtime.state.kind === "running") await shop.stop();
    expect([shop.runtime.state.kind, shop.clock.pending]).toEqual(["stopped", 0]);
  });
  return shop;
}

export function draft(id: string, more: { readonly orderKey?: string } = {}) {
  return { id, kind: "order", payload: { item: "12 chairs" }, ...more };
}

/** A component that writes down what is done to it. */
export function component(
  name: string,
  needs: readonly string[],
  log: string[],
  fails: Partial<Record<"load" | "start" | "stop", string>> = {},
): Component {
  const step = (phase: "load" | "start" | "stop") => async () => {
    log.push(`${phase} ${name}`);
    const failure = fails[phase];
    if (failure !== undefined) throw new Error(failure);
  };
  return { name, needs, load: step("load"), start: step("start"), stop: step("stop") };
}

/** Sources whose life a test writes: each hook is awaited in its place. */
export function scriptedSource(hooks: Partial<Record<"start" | "quiesce" | "stop", () => Promise<void>>>): {
  readonly kind: SourceKind;
  readonly log: string[];
} {
  const log: string[] = [];
  const kind = sourceKind({
    kind: "scripted",
    schema: {},
    journaled: false,
    create: async (_config, { name }): Promise<TaskSource> => {
      let state: SourceStatus["state"] = "stopped";
      const step = (word: "start" | "quiesce" | "stop") => async () => {
        log.push(word);
        await hooks[word]?.();
        if (word === "start") state = "running";
      };
      return {
        name,
        start: step("start"),
        quiesce: step("quiesce"),
        stop: step("stop"),
        pause: () => void log.push("pause"),
        resume: () => void log.push("resume"),
        trigger: () => void log.push("trigger"),
        status: () => ({ state, backlog: 0, inFlight: 0, published: 0, settled: 0, facts: {} }),
        health: () => ({ state: "pass" }),
      };
    },
  });
  return { kind, log };
}
