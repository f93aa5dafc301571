import type { ConfigSnapshot } from "../config/api.ts";
import type { PeersView } from "../contracts/peers.ts";
import type {
  ControlledPool,
  ControlledQueue,
  ControlledSource,
  ControlTargets,
  PoolView,
  QueueView,
  RuntimeView,
} from "../control/api.ts";
import type { PoolStatus } from "../workers/api.ts";
import type { Pipeline } from "./pipeline.ts";

/** Shows the pipeline to the control plane, by the names of the configuration in force. */
export class PipelineTargets implements ControlTargets {
  readonly #pipeline: () => Pipeline | undefined;
  readonly #snapshot: () => ConfigSnapshot;
  readonly runtime: () => RuntimeView;
  readonly peers: () => PeersView | undefined;

  constructor(parts: {
    /** Undefined while the runtime boots. */
    readonly pipeline: () => Pipeline | undefined;
    readonly snapshot: () => ConfigSnapshot;
    readonly runtime: () => RuntimeView;
    readonly peers: () => PeersView | undefined;
  }) {
    this.#pipeline = parts.pipeline;
    this.#snapshot = parts.snapshot;
    this.runtime = parts.runtime;
    this.peers = parts.peers;
  }

  sources(): ReadonlyMap<string, ControlledSource> {
    return this.#each("sources", (name, pipeline) => ({
      view: () => this.#sourceView(name, pipeline),
      pause: () => pipeline.sources.pause(name, "operator"),
      resume: () => pipeline.sources.resume(name, "operator"),
      trigger: () => pipeline.sources.trigger(name),
    }));
  }

  queues(): ReadonlyMap<string, ControlledQueue> {
    const pipeline = this.#pipeline();
    if (pipeline === undefined) return new Map();
    return new Map(
      [...pipeline.queues].map(([name, { queue, deadLetters }]) => [
        name,
        {
          view: () => this.#queueView(name, pipeline),
          pause: () => queue.pause(),
          resume: () => queue.resume(),
          deadLetters,
        },
      ]),
    );
  }

  pools(): ReadonlyMap<string, ControlledPool> {
    return this.#each("workers", (name, pipeline) => ({
      view: () => this.#poolView(name, pipeline),
      pause: () => pipeline.workers.pause(name),
      resume: () => pipeline.workers.resume(name),
    }));
  }

  #each<T>(role: string, make: (name: string, pipeline: Pipeline) => T): ReadonlyMap<string, T> {
    const pipeline = this.#pipeline();
    if (pipeline === undefined) return new Map();
    return new Map([...this.#snapshot().units(role).keys()].map((name) => [name, make(name, pipeline)]));
  }

  #sourceView(name: string, pipeline: Pipeline) {
    const failure = pipeline.sources.failureOf(name) ?? pipeline.failed.get(`source:${name}`);
    const queue = String(this.#snapshot().units("sources").get(name)?.config.queue);
    const view = { name, adapter: this.#kindOf("sources", name), queue, status: pipeline.sources.statusOf(name) };
    return failure === undefined ? view : { ...view, failure };
  }

  #queueView(name: string, pipeline: Pipeline): QueueView {
    const view = { name, adapter: this.#kindOf("queues", name), stats: pipeline.statsOf(name) };
    const status = pipeline.followUps.statusOf(name);
    if (status === undefined) return view;
    const { state, backlog: waiting, published, lastError, facts } = status;
    const followUps = { state, waiting, moreWait: facts.moreWait === true, published };
    return { ...view, followUps: lastError === undefined ? followUps : { ...followUps, lastError } };
  }

  #poolView(name: string, pipeline: Pipeline): PoolView {
    const config = this.#snapshot().units("workers").get(name)?.config;
    const status = pipeline.workers.find(name);
    const failure = pipeline.failed.get(`worker:${name}`);
    return {
      name,
      queue: String(config?.queue),
      handler: String(config?.handler),
      concurrency: Number(config?.concurrency),
      state: status === undefined ? absentState(failure) : poolState(status),
      workers: status?.workers ?? [],
      ...(failure === undefined ? {} : { failure }),
    };
  }

  #kindOf(role: string, name: string): string {
    return this.#snapshot().units(role).get(name)?.kind ?? "";
  }
}

/** Between two configurations, and while the runtime boots, a pool may not be there yet. */
function absentState(failure: string | undefined): PoolView["state"] {
  return failure === undefined ? "starting" : "failed";
}

function poolState(status: PoolStatus): PoolView["state"] {
  if (status.lost === status.concurrency) return "failed";
  if (status.state === "running") return status.braking ? "outage" : "running";
  return status.state === "draining" ? "stopping" : status.state;
}
