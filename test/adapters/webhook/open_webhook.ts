import { request } from "node:http";
import { expect, onTestFinished } from "vitest";
import { memoryQueueKind } from "../../../src/adapters/memory_queue/index.ts";
import { type DeliveryToTask, webhookSourceKind } from "../../../src/adapters/webhook/index.ts";
import type { BlobStore } from "../../../src/app_runtime/contracts/blob_store.ts";
import type { Journal } from "../../../src/app_runtime/contracts/journal.ts";
import type { LeaseStore } from "../../../src/app_runtime/contracts/lease.ts";
import type { Task } from "../../../src/app_runtime/contracts/task.ts";
import { done, type TaskHandler } from "../../../src/app_runtime/contracts/task_handler.ts";
import type { UnitKind } from "../../../src/app_runtime/contracts/unit_kind.ts";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";
import { MemoryJournal } from "../../../src/app_runtime/testing/memory_journal.ts";
import { runInMemory } from "../../../src/app_runtime/testing/run_in_memory.ts";
import { guardAgainstLeaks } from "../../support/leak_guard.ts";
import { eventually } from "../../support/source_desk.ts";

export type Section = Readonly<Record<string, unknown>>;

export interface HookOptions {
  /** Of the source "hook". */
  readonly config?: Section;
  /** Of the queue "hooks". */
  readonly queue?: Section;
  readonly more?: Readonly<Record<string, Section>>;
  readonly kinds?: readonly UnitKind[];
  readonly handle?: TaskHandler["handle"];
  readonly toTask?: DeliveryToTask;
  readonly journal?: Journal;
  readonly clock?: ManualClock;
  readonly blobs?: BlobStore;
  /** Shared with other runtimes. */
  readonly leases?: LeaseStore;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of any shape.
  readonly json: any;
}

/** A real runtime whose source "hook" listens on a free port; stopped, and seen to leave nothing, after the test. */
export async function openHook(options: HookOptions = {}) {
  guardAgainstLeaks();
  const clock = options.clock ?? new ManualClock();
  const journal = options.journal ?? new MemoryJournal({ clock });
  const handled: Task[] = [];
  const { handle = () => done } = options;
  const configOf = (config: Section, more = options.more) => ({
    sources: { hook: config, ...more },
    queues: { hooks: options.queue ?? {} },
  });
  const app = await runInMemory({
    modules: [
      {
        name: "hooks",
        register(registry) {
          registry.queue("hooks", { adapter: "memory" });
          registry.source("hook", { adapter: "webhook", queue: "hooks", port: 0, path: "/hook" });
          registry.workers("hooks", { queue: "hooks", handler: "work", concurrency: 1 });
          const create = (): TaskHandler => ({
            handle(task, context) {
              handled.push(task);
              return handle(task, context);
            },
          });
          registry.handler("work", { needs: [], create });
        },
      },
    ],
    kinds: [memoryQueueKind, webhookSourceKind(options.toTask && { toTask: options.toTask }), ...(options.kinds ?? [])],
    config: configOf(options.config ?? {}),
    infrastructure: () => ({
      journal,
      ...(options.blobs && { blobs: options.blobs }),
      ...(options.leases && { leases: options.leases }),
    }),
    clock,
  });
  onTestFinished(async () => {
    if (app.runtime.state.kind === "running") await app.stop();
    expect([app.runtime.state.kind, clock.pending]).toEqual(["stopped", 0]);
  });
  const source = (name = "hook") => {
    const found = app.runtime.control.status().sources.find((each) => each.name === name);
    if (found === undefined) throw new Error(`There is no source ${name}.`);
    return found.status;
  };
  const url = (name = "hook") => String(source(name).facts.url);
  return {
    app,
    clock,
    journal,
    /** Tasks in the order their handler got them. */
    handled,
    source,
    url,
    health: (name = "hook") =>
      app.runtime.health.report().checks.find((check) => check.name === `source:${name}`)?.finding,
    facts: (code: string) => app.eventsOf("unit.fact").filter((fact) => fact.code === code),
    /** POSTs JSON, unless its headers say otherwise. */
    post: (body: string, headers: Readonly<Record<string, string>> = {}, to = url()) => post(to, body, headers),
    /** Without `more` the sources beside "hook" stay. */
    reconfigure: (config: Section, more?: HookOptions["more"]) => app.reconfigure(configOf(config, more)),
    handledSoon: (count: number) => eventually(() => expect(handled).toHaveLength(count)),
  };
}

/** One request on its own connection. */
export function post(url: string, body: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const options = { method: "POST", agent: false, headers: { "content-type": "application/json", ...headers } };
  const outgoing = request(url, options, (incoming) => {
    let text = "";
    incoming.setEncoding("utf8");
    incoming.on("data", (chunk: string) => {
      text += chunk;
    });
    incoming.on("error", reject);
    incoming.on("end", () => {
      resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, json: JSON.parse(text) });
    });
  });
  outgoing.on("error", reject);
  outgoing.end(body);
  return promise;
}
