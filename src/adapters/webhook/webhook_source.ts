import type { IncomingMessage } from "node:http";
import type { Clock } from "../../app_runtime/base/clock.ts";
import { WakeUp } from "../../app_runtime/base/wake_up.ts";
import type { HealthFinding } from "../../app_runtime/contracts/health_contributor.ts";
import type { SourceStatus, TaskSource } from "../../app_runtime/contracts/task_source.ts";
import type { SourceParts } from "../../app_runtime/contracts/unit_kind.ts";
import { Gate, Patience, RowSettler, RunLedger, stopWithin, TaskPublisher } from "../../app_runtime/intake/api.ts";
import type { Answer } from "./answer.ts";
import { DeliveryIntake } from "./delivery_intake.ts";
import type { DeliveryToTask } from "./received_delivery.ts";
import { RefusalBook } from "./refusal_book.ts";
import { inlineLimit, WebhookEndpoint } from "./webhook_endpoint.ts";
import { WebhookFacts } from "./webhook_facts.ts";
import { webhookHealth } from "./webhook_health.ts";
import type { ListenerClient, WebhookListener } from "./webhook_listener.ts";
import type { WebhookListeners } from "./webhook_listeners.ts";
import type { WebhookConfig } from "./webhook_schema.ts";

/**
 * HTTP requests as a source. A request is answered with success only once its task is in the journal and in the queue, so
 * whoever was told so need not send it again. A port that is taken is no failure of the source: it tries again, and its
 * health says so.
 */
export class WebhookSource implements TaskSource, ListenerClient {
  readonly name: string;
  readonly path: string;
  readonly connections: number;
  readonly #config: WebhookConfig;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #facts: WebhookFacts;
  readonly #refusals: RefusalBook;
  readonly #ledger = new RunLedger();
  readonly #gate = new Gate();
  readonly #listeners: WebhookListeners;
  readonly #intake: DeliveryIntake;
  readonly #endpoint: WebhookEndpoint;
  readonly #settler: RowSettler;
  readonly #settlerStop = new AbortController();
  #state: "stopped" | "running" | "stopping" = "stopped";
  #listener: WebhookListener | undefined;
  #joined: Promise<unknown> = Promise.resolve();
  #running: { readonly intake: Promise<void>; readonly settler: Promise<void> } = {
    intake: Promise.resolve(),
    settler: Promise.resolve(),
  };
  #stopped: Promise<void> | undefined;

  constructor(parts: {
    readonly config: WebhookConfig;
    readonly parts: SourceParts;
    readonly toTask: DeliveryToTask;
    readonly listeners: WebhookListeners;
    /** Gives 0 ≤ r < 1; spreads retries. */
    readonly random: () => number;
  }) {
    const { config, toTask, random } = parts;
    const { name, clock, events, journal, publisher } = parts.parts;
    // An application whose bodies all fit into tasks need not have a blob store.
    const blobs = config.maxBodySize > inlineLimit ? parts.parts.blobs : undefined;
    const failures = new WakeUp();
    const [gate, ledger] = [this.#gate, this.#ledger];
    const facts = new WebhookFacts(events, name);
    const patience = new Patience({ clock, facts, random });
    const refusals = new RefusalBook(facts);
    const shared = { source: name, config, clock, journal, publisher, gate, ledger, patience, facts, refusals };
    const tasks = new TaskPublisher(shared);
    const intake = new DeliveryIntake({ ...shared, tasks, failures });
    this.name = name;
    this.path = config.path;
    this.connections = config.connections;
    this.#config = config;
    this.#clock = clock;
    this.#random = random;
    this.#facts = facts;
    this.#refusals = refusals;
    this.#listeners = parts.listeners;
    this.#intake = intake;
    this.#endpoint = new WebhookEndpoint({ ...shared, intake, toTask, blobs });
    this.#settler = new RowSettler(shared);
  }

  async start(): Promise<void> {
    if (this.#state !== "stopped" || this.#stopped !== undefined) return;
    this.#state = "running";
    this.#running = {
      intake: this.#intake.run(this.#gate.shut),
      settler: this.#settler.run(this.#settlerStop.signal),
    };
    const parts = { clock: this.#clock, random: this.#random };
    const joining = this.#listeners.join(this.#config, this, parts).then((listener) => {
      this.#listener = listener;
    });
    this.#joined = joining;
    await joining;
  }

  async quiesce(): Promise<void> {
    this.#gate.shutForGood();
    await this.#running.intake;
  }

  stop(signal: AbortSignal): Promise<void> {
    this.#stopped ??= this.#stop();
    return stopWithin(this.#clock, this.#stopped, signal, () => {});
  }

  pause(): void {
    this.#gate.close();
  }

  resume(): void {
    this.#gate.open();
  }

  /** There is nothing to look at; if it cannot listen, it tries now. */
  trigger(): void {
    this.#listener?.tryNow();
  }

  answer(request: IncomingMessage, proceed: () => void): Promise<Answer> {
    return this.#endpoint.answer(request, proceed);
  }

  listening(url: string): void {
    this.#facts.report("webhook_listening", { url });
  }

  cannotListen(sentence: string, waitMs: number): void {
    this.#facts.report("webhook_listen_failed", { sentence, waitMs });
  }

  status(): SourceStatus {
    const { lastDeliveryAt } = this.#endpoint;
    const lastError = this.#intake.failure ?? this.#listener?.failure;
    return {
      state: this.#stateName(),
      backlog: this.#intake.underWay,
      inFlight: this.#ledger.inFlight.size,
      published: this.#ledger.published,
      settled: this.#ledger.settled + this.#ledger.dead,
      facts: this.#figures(),
      ...(lastDeliveryAt === undefined ? {} : { lastProofAt: lastDeliveryAt }),
      ...(lastError === undefined ? {} : { lastError }),
    };
  }

  health(): HealthFinding {
    return webhookHealth({
      now: this.#clock.now(),
      listenFailure: this.#listener?.failure,
      isListening: this.#listener?.url !== undefined,
      trouble: this.#intake.failure,
      isCatchingUp: this.#intake.isCatchingUp,
      lastDeliveryAt: this.#endpoint.lastDeliveryAt,
      refused: this.#refusals.total,
      unverified: this.#refusals.unverified,
    });
  }

  #stateName(): SourceStatus["state"] {
    if (this.#state !== "running") return this.#state;
    if (this.#listener === undefined) return "starting";
    if (this.#listener.url === undefined || this.#intake.failure !== undefined) return "degraded";
    if (!this.#gate.isOpen) return "paused";
    return this.#intake.isCatchingUp ? "starting" : "running";
  }

  #figures(): SourceStatus["facts"] {
    const { url, unknownPaths = 0 } = this.#listener ?? {};
    const { accepted, duplicates, requests, lastDeliveryAt } = this.#endpoint;
    return {
      listening: url !== undefined,
      ...(url !== undefined && { url: `${url}${this.path}` }),
      accepted,
      duplicates,
      requests,
      dead: this.#ledger.dead,
      refused: this.#refusals.total,
      ...this.#refusals.figures(),
      unknownPaths,
      ...(lastDeliveryAt !== undefined && { lastDeliveryAgeMs: Math.round(this.#clock.now() - lastDeliveryAt) }),
    };
  }

  async #stop(): Promise<void> {
    if (this.#state === "running") this.#state = "stopping";
    await this.quiesce();
    await this.#joined;
    await this.#listeners.leave(this.#config, this);
    this.#settlerStop.abort();
    await this.#running.settler;
    this.#state = "stopped";
  }
}
