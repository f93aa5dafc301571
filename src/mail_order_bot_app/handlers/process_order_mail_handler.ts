import { createHash } from "node:crypto";
import type { BlobStore } from "../../app_runtime/contracts/blob_store.ts";
import type { EventChannel } from "../../app_runtime/contracts/runtime_event.ts";
import type { Task } from "../../app_runtime/contracts/task.ts";
import { done, type Outcome, type TaskContext, type TaskHandler } from "../../app_runtime/contracts/task_handler.ts";
import type { UnreadableMail } from "../domain/incoming_mail.ts";
import type { ProcessedMail, ReceivedMail } from "../services/process_order_mail.ts";
import { type OrderMailPayload, orderMailPayload } from "../sources/order_mail_task.ts";

/** The fact it leaves for logs and live views after each mail. */
export const mailDecidedFact = "MAIL_DECIDED";

/** Fetches the mail, has it processed, and says what became of it. Every decision is `done`: review is no failure. */
export class ProcessOrderMailHandler implements TaskHandler {
  readonly #blobs: BlobStore;
  readonly #process: (mail: ReceivedMail) => Promise<ProcessedMail>;
  readonly #events: EventChannel;

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
    const payload = orderMailPayload(task);
    const raw = payload.blob === undefined ? neverFetched(task, payload) : await this.#blobs.get(payload.blob.sha256);
    const processed = await this.#process({
      taskId: task.id,
      raw,
      receivedAtMs: payload.internalDate,
      unitOfWork: context.unitOfWork,
      signal: context.signal,
      traceId: context.trace.traceId,
      configVersion: task.configVersion,
    });
    this.#tell(task, context, processed);
    return done;
  }

  #tell(task: Task, { trace }: TaskContext, { decision, mail }: ProcessedMail): void {
    const why = decision.reasons.map((reason) => reason.sentence).join(" ");
    trace.set({ "app.decision": decision.kind });
    this.#events.emit({
      kind: "unit.fact",
      unit: "app:mail_order_bot",
      traceId: trace.traceId,
      code: mailDecidedFact,
      level: "info",
      message: `${decision.kind}: "${mail.subject}" from ${mail.from || "nobody"}. ${why}`,
      fields: {
        taskId: task.id,
        decision: decision.kind,
        ...(decision.kind === "accept" ? { orderId: decision.order.id } : {}),
      },
    });
  }
}

/** What is known of a mail that was too large to fetch. Its hash stands for its id, since nobody has its bytes. */
function neverFetched(task: Task, payload: OrderMailPayload): UnreadableMail {
  const { size, messageId, from } = payload;
  return {
    kind: "unreadable",
    reason: "too-big",
    detail: `It has ${size} bytes, more than this mailbox takes; it was left on the server.`,
    sha256: createHash("sha256").update(task.id).digest("hex"),
    sizeBytes: size,
    ...(messageId === undefined ? {} : { messageId: `<${messageId}>` }),
    from: from === undefined ? [] : [{ name: "", address: from }],
    subject: "",
  };
}
