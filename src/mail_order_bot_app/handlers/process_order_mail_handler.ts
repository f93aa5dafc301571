import { createHash } from "node:crypto";
import { ByteBudget } from "../../app_runtime/base/byte_budget.ts";
import { RuntimeError } from "../../app_runtime/base/runtime_error.ts";
import { type BlobId, BlobMissingError, type BlobStore } from "../../app_runtime/contracts/blob_store.ts";
import type { EventChannel } from "../../app_runtime/contracts/runtime_event.ts";
import type { Task } from "../../app_runtime/contracts/task.ts";
import { done, type Outcome, type TaskContext, type TaskHandler } from "../../app_runtime/contracts/task_handler.ts";
import type { UnreadableMail, UnreadableReason } from "../domain/incoming_mail.ts";
import { type OrderMailPayload, readOrderMailPayload } from "../services/order_mail_payload.ts";
import type { ProcessedMail, ReceivedMail } from "../services/process_order_mail.ts";

/** The fact it leaves for logs and live views after each mail. */
export const mailDecidedFact = "MAIL_DECIDED";

/** Bytes of raw mail in memory at once: parsing takes some four times as much. */
const maxRawBytesInHand = 50_000_000;

/** The task is not one that this version of the bot makes. */
export class OrderMailPayloadError extends RuntimeError {
  readonly code = "BOT_PAYLOAD";
  override readonly failureClass = "permanent";

  constructor(taskId: string, why: string) {
    super(
      `Task ${taskId} is not an order mail: ${why}. Discard its dead letter, or retry it with a bot that knows it.`,
    );
  }
}

/** Fetches the mail, has it processed, and says what became of it. Every decision is `done`: review is no failure. */
export class ProcessOrderMailHandler implements TaskHandler {
  readonly #blobs: BlobStore;
  readonly #process: (mail: ReceivedMail) => Promise<ProcessedMail>;
  readonly #events: EventChannel;
  readonly #memory = new ByteBudget(maxRawBytesInHand);

  constructor(parts: {
    readonly blobs: BlobStore;
    readonly process: (mail: ReceivedMail) => Promise<ProcessedMail>;
    readonly events: EventChannel;
  }) {
    this.#blobs = parts.blobs;
    this.#process = parts.process;
    this.#events = parts.events;
  }

  async handle(task: Task, context: TaskContext): Promise<Outcome> {
    const payload = readOrderMailPayload(task.kind, task.schemaVersion, task.payload);
    if (typeof payload === "string") throw new OrderMailPayloadError(task.id, payload);
    using _room = await this.#memory.take(payload.blob?.size ?? 0, context.signal);
    const raw = await this.#rawMail(task, payload);
    const processed = await this.#process({
      taskId: task.id,
      raw,
      receivedAtMs: payload.internalDate,
      unitOfWork: context.unitOfWork,
      signal: context.signal,
      traceId: context.trace.traceId,
      carrier: context.trace.carrier,
      configVersion: task.configVersion,
    });
    this.#tell(task, context, processed);
    return done;
  }

  /** Content that is gone does not come back by trying again; a store that cannot be read may. */
  async #rawMail(task: Task, payload: OrderMailPayload): Promise<Uint8Array | UnreadableMail> {
    const { blob, size } = payload;
    if (blob === undefined) {
      const detail = `It has ${size} bytes, more than this mailbox takes; it was left on the server.`;
      return withoutContent(task, payload, "too-big", detail);
    }
    try {
      return await this.#blobs.get(blob.sha256 as BlobId);
    } catch (thrown) {
      if (!(thrown instanceof BlobMissingError)) throw thrown;
      const detail = "Our copy of its content is gone or damaged; look for it in the mailbox.";
      return withoutContent(task, payload, "lost", detail);
    }
  }

  #tell(task: Task, { trace }: TaskContext, { decision, mail, withheld }: ProcessedMail): void {
    const why = decision.reasons.map((reason) => reason.sentence).join(" ");
    const silence = withheld === undefined ? "" : ` Nobody was told: ${withheld}`;
    trace.set({ "app.decision": decision.kind });
    this.#events.emit({
      kind: "unit.fact",
      unit: "app:mail_order_bot",
      traceId: trace.traceId,
      code: mailDecidedFact,
      level: withheld === undefined ? "info" : "warn",
      message: `${decision.kind}: "${mail.subject}" from ${mail.from || "nobody"}. ${why}${silence}`,
      fields: {
        taskId: task.id,
        decision: decision.kind,
        ...(decision.kind === "accept" ? { orderId: decision.order.id } : {}),
      },
    });
  }
}

/** What is known of a mail whose bytes nobody has. The task's hash stands for its own: it is a copy of no other mail. */
function withoutContent(
  task: Task,
  { size, messageId, from }: OrderMailPayload,
  reason: UnreadableReason,
  detail: string,
): UnreadableMail {
  return {
    kind: "unreadable",
    reason,
    detail,
    sha256: createHash("sha256").update(task.id).digest("hex"),
    sizeBytes: size,
    ...(messageId === undefined ? {} : { messageId: `<${messageId}>` }),
    from: from === undefined ? [] : [{ name: "", address: from }],
    subject: "",
  };
}
