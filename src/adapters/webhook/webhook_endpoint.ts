import type { IncomingMessage } from "node:http";
import type { Clock } from "../../app_runtime/base/clock.ts";
import { messageOf } from "../../app_runtime/base/runtime_error.ts";
import { type BlobRef, type BlobStore, BlobTooLargeError } from "../../app_runtime/contracts/blob_store.ts";
import type { Publisher } from "../../app_runtime/contracts/publisher.ts";
import type { Task } from "../../app_runtime/contracts/task.ts";
import { TaskInvalidError } from "../../app_runtime/contracts/task_errors.ts";
import { type Answer, acceptedAnswer, problemAnswer } from "./answer.ts";
import { draftOf, keptHeaders } from "./delivery_draft.ts";
import { type DeliveryIdentity, DeliveryNames } from "./delivery_identity.ts";
import type { DeliveryIntake, Taken } from "./delivery_intake.ts";
import { DeliveryRefusedError, unavailable } from "./delivery_refused_error.ts";
import { guardMediaType, parseJsonBody } from "./json_body.ts";
import { RateLimiter } from "./rate_limiter.ts";
import { guardLength, readBody, tooLarge } from "./read_body.ts";
import type { DeliveryToTask, ReceivedDelivery } from "./received_delivery.ts";
import type { RefusalBook } from "./refusal_book.ts";
import { guardUnverified } from "./request_guard.ts";
import { SignatureCheck } from "./signatures/signature_check.ts";
import type { WebhookFacts } from "./webhook_facts.ts";
import type { WebhookConfig } from "./webhook_schema.ts";

/** What a task can carry; larger bodies go to the blob store. */
export const inlineLimit = 1_000_000;

export interface EndpointParts {
  readonly source: string;
  readonly config: WebhookConfig;
  readonly clock: Clock;
  readonly publisher: Publisher;
  readonly intake: DeliveryIntake;
  readonly refusals: RefusalBook;
  readonly facts: WebhookFacts;
  readonly toTask: DeliveryToTask;
  /** Needed only where bodies may be larger than `inlineLimit`. */
  readonly blobs: BlobStore | undefined;
}

type Content = Pick<ReceivedDelivery, "body" | "blob">;

/** What happens to one request of one source, from its headers to its answer. */
export class WebhookEndpoint {
  readonly #parts: EndpointParts;
  readonly #names: DeliveryNames;
  readonly #signatures: SignatureCheck | undefined;
  readonly #limiter: RateLimiter | undefined;
  #requests = 0;
  accepted = 0;
  duplicates = 0;
  /** Clock.now() of the last delivery that was taken or recognised. */
  lastDeliveryAt: number | undefined;

  constructor(parts: EndpointParts) {
    const { source, config, clock } = parts;
    const { secrets = [], rateLimit } = config;
    this.#parts = parts;
    this.#names = new DeliveryNames(source, config);
    this.#signatures = secrets.length === 0 ? undefined : new SignatureCheck(config);
    this.#limiter =
      rateLimit && new RateLimiter({ deliveries: rateLimit.deliveries, perMs: rateLimit.per }, clock.now());
  }

  /** Requests under way. */
  get requests(): number {
    return this.#requests;
  }

  /** Never rejects. `proceed` asks the sender for the body it holds back (Expect: 100-continue). */
  async answer(request: IncomingMessage, proceed: () => void): Promise<Answer> {
    this.#requests += 1;
    try {
      const { taskId, duplicate } = await this.#receive(request, proceed);
      return acceptedAnswer(taskId, duplicate);
    } catch (thrown) {
      this.#note(thrown);
      return problemAnswer(thrown);
    } finally {
      this.#requests -= 1;
    }
  }

  async #receive(request: IncomingMessage, proceed: () => void): Promise<Taken> {
    const { headers } = request;
    this.#guard(request);
    proceed();
    const bytes = await this.#read(request);
    this.#signatures?.verify(headers, bytes, this.#parts.clock.wallNow());
    this.#parts.refusals.verified();
    this.#limit();
    const body = parseJsonBody(bytes);
    const identity = this.#names.identify(headers, bytes, body);
    this.#parts.intake.guardOpen();
    const blob = await this.#keepLarge(bytes);
    const content = blob === undefined ? { body } : { body, blob };
    const taken = await this.#parts.intake.take(identity, () => this.#makeTask(request, identity, content));
    this.#count(taken);
    return taken;
  }

  /** What can be refused before the body is read. */
  #guard({ headers }: IncomingMessage): void {
    const { config, intake } = this.#parts;
    intake.guardOpen();
    if (this.#requests > config.concurrency) throw unavailable("Too many requests are under way.", 1);
    if (this.#signatures === undefined) guardUnverified(headers);
    guardMediaType(headers["content-type"], headers["content-encoding"]);
    guardLength(headers["content-length"], config.maxBodySize);
  }

  #read(request: IncomingMessage): Promise<Buffer> {
    const { clock, config } = this.#parts;
    return readBody(request, clock, { maxBytes: config.maxBodySize, limitMs: config.requestTimeout });
  }

  /** Only what is verified counts: nobody else can use up what a sender may send. */
  #limit(): void {
    const waitMs = this.#limiter?.take(this.#parts.clock.now());
    if (waitMs === undefined) return;
    const retryAfterS = Math.ceil(waitMs / 1_000);
    const message = `More deliveries came than the rate limit lets in. Send it again in ${retryAfterS} s.`;
    throw new DeliveryRefusedError("WEBHOOK_RATE_LIMIT", message, { retryAfterS });
  }

  async #keepLarge(bytes: Uint8Array): Promise<BlobRef | undefined> {
    if (bytes.length <= inlineLimit) return undefined;
    try {
      return await this.#parts.blobs?.put(bytes);
    } catch (thrown) {
      if (thrown instanceof BlobTooLargeError) throw tooLarge(bytes.length - 1);
      throw unavailable("It cannot be stored now.", 5, thrown);
    }
  }

  #makeTask({ headers }: IncomingMessage, identity: DeliveryIdentity, content: Content): Task {
    const { source, config, clock, publisher, toTask } = this.#parts;
    const { deliveryId, taskId } = identity;
    const kept = keptHeaders(headers, config.task.headers);
    const delivery = { source, deliveryId, receivedAt: clock.wallNow(), headers: kept, ...content };
    try {
      return publisher.prepare({ ...draftOf(delivery, config.task, toTask), id: taskId });
    } catch (thrown) {
      if (thrown instanceof DeliveryRefusedError) throw thrown;
      this.#parts.facts.report("webhook_no_task", { deliveryId, reason: messageOf(thrown) });
      const why = thrown instanceof TaskInvalidError ? thrown.message : "The application makes no task of it.";
      throw new DeliveryRefusedError("WEBHOOK_NO_TASK", `${why} Do not send it again as it is.`, { cause: thrown });
    }
  }

  #count({ duplicate }: Taken): void {
    if (duplicate) this.duplicates += 1;
    else this.accepted += 1;
    this.lastDeliveryAt = this.#parts.clock.now();
  }

  #note(thrown: unknown): void {
    const { refusals, clock, facts } = this.#parts;
    if (thrown instanceof DeliveryRefusedError) refusals.refused(thrown, clock.now());
    else facts.report("webhook_failed", { reason: messageOf(thrown) });
  }
}
