import type { Clock } from "../../app_runtime/base/clock.ts";
import type { Component } from "../../app_runtime/contracts/component.ts";
import type { HealthContributor, HealthFinding } from "../../app_runtime/contracts/health_contributor.ts";
import type { LeaseStore, SourceFences } from "../../app_runtime/contracts/lease.ts";
import type { PeerStore } from "../../app_runtime/contracts/peers.ts";
import type { RedisConfig } from "../redis/index.ts";
import { ClusterLink } from "./cluster_link.ts";
import type { ClusterConfig } from "./cluster_schema.ts";
import { RedisLeases } from "./redis_leases.ts";
import { RedisPeers } from "./redis_peers.ts";

/** What runtimes on several machines share in a Redis: who works which source, and who is there. */
export class RedisCluster implements Component, HealthContributor {
  readonly name = "cluster";
  readonly needs: readonly string[] = [];
  /** Where Redis is down nobody gets a lease, and no runtime becomes readier by being taken out of service for it. */
  readonly required = false;
  readonly leases: LeaseStore;
  readonly peers: PeerStore;
  readonly #link: ClusterLink;
  readonly #cluster: string;

  constructor(parts: {
    readonly config: ClusterConfig & { readonly redis: RedisConfig };
    /** Of the journal, which does not lie in this Redis. */
    readonly fences: SourceFences;
    readonly clock: Clock;
  }) {
    const { config, clock, fences } = parts;
    this.#cluster = config.name;
    const answerMs = Math.min(config.redis.answerTimeout, config.lease / 4);
    this.#link = new ClusterLink({ config: config.redis, cluster: config.name, clock, answerMs });
    this.leases = new RedisLeases({ link: this.#link, fences, clock, durationMs: config.lease });
    this.peers = new RedisPeers({ link: this.#link });
  }

  /** A Redis that is down keeps no runtime from starting: its sources stand by. */
  load(): Promise<void> {
    return this.#link.open();
  }

  stop(): Promise<void> {
    return this.#link.close();
  }

  check(): HealthFinding {
    const { trouble } = this.#link;
    if (trouble === undefined) return { state: "pass" };
    const output = `The cluster "${this.#cluster}" cannot be asked who works what: ${trouble} Until it can, its sources stand by.`;
    return { state: "fail", output };
  }
}
