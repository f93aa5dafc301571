import { messageOf } from "../base/runtime_error.ts";
import type { DeadLetter } from "../contracts/dead_letter.ts";
import type { TaskId } from "../contracts/task.ts";
import type { AuditTrail } from "./audit_trail.ts";
import type { ControlTargets, DeadLetterBox } from "./control_ports.ts";
import { unitNamed } from "./controlled_unit.ts";
import { type DeadLetterFilter, matches } from "./dead_letter_filter.ts";

export interface DeadLetterPage {
  /** Newest first. */
  readonly letters: readonly DeadLetter[];
  /** Where the next page begins; absent when this is the last one. */
  readonly nextOffset?: number;
}

/** What became of a bulk action. */
export interface BulkResult {
  readonly done: readonly TaskId[];
  readonly failed: readonly { readonly taskId: TaskId; readonly error: string }[];
  /** Letters that match beyond the limit, as far as was looked. */
  readonly remaining: number;
}

export interface BulkSelection {
  readonly filter: DeadLetterFilter;
  /** At most this many letters, newest first. */
  readonly limit: number;
}

type Verb = "retry" | "discard";

const scanPage = 200;
const maxScanned = 10_000;
const past: Readonly<Record<Verb, string>> = { retry: "retried", discard: "discarded" };

/** Lists, shows, retries and discards what was given up. */
export class DeadLetterActions {
  readonly #targets: ControlTargets;
  readonly #audit: AuditTrail;

  constructor(parts: { readonly targets: ControlTargets; readonly audit: AuditTrail }) {
    this.#targets = parts.targets;
    this.#audit = parts.audit;
  }

  /** @throws {ControlUnitUnknownError} */
  async list(queue: string, page: { readonly offset: number; readonly limit: number }): Promise<DeadLetterPage> {
    const letters = await this.#boxOf(queue).list({ offset: page.offset, limit: page.limit + 1 });
    if (letters.length <= page.limit) return { letters };
    return { letters: letters.slice(0, page.limit), nextOffset: page.offset + page.limit };
  }

  /** @throws {ControlUnitUnknownError}, {DeadLetterUnknownError} */
  async find(queue: string, id: TaskId): Promise<DeadLetter> {
    return await this.#boxOf(queue).find(id);
  }

  /** @throws {ControlUnitUnknownError}, {DeadLetterUnknownError} when it was retried or discarded before. */
  async one(verb: Verb, actor: string, queue: string, id: TaskId): Promise<void> {
    const action = { actor, action: `dead_letter.${verb}`, target: `queue:${queue}/${id}` };
    await this.#audit.record(
      action,
      async () => await this.#boxOf(queue)[verb](id),
      () => past[verb],
    );
  }

  /** Goes on after a letter that fails; stops between two letters once `signal` aborts. @throws {ControlUnitUnknownError} */
  async many(
    verb: Verb,
    actor: string,
    queue: string,
    selection: BulkSelection,
    signal?: AbortSignal,
  ): Promise<BulkResult> {
    const action = { actor, action: `dead_letter.${verb}_many`, target: `queue:${queue}` };
    return await this.#audit.record(
      action,
      async () => await actOnMany(verb, this.#boxOf(queue), selection, signal),
      (result) => `${result.done.length} ${past[verb]}, ${result.failed.length} failed, ${result.remaining} remaining`,
    );
  }

  #boxOf(queue: string): DeadLetterBox {
    return unitNamed("queue", queue, this.#targets.queues()).deadLetters;
  }
}

async function actOnMany(
  verb: Verb,
  box: DeadLetterBox,
  selection: BulkSelection,
  signal: AbortSignal | undefined,
): Promise<BulkResult> {
  const ids = await matchingIds(box, selection.filter);
  const done: TaskId[] = [];
  const failed: { taskId: TaskId; error: string }[] = [];
  for (const taskId of ids.slice(0, selection.limit)) {
    if (signal?.aborted) break;
    try {
      await box[verb](taskId);
      done.push(taskId);
    } catch (thrown) {
      failed.push({ taskId, error: messageOf(thrown) });
    }
  }
  return { done, failed, remaining: ids.length - done.length - failed.length };
}

/** All ids first: acting while paging would move the pages. */
async function matchingIds(box: DeadLetterBox, filter: DeadLetterFilter): Promise<readonly TaskId[]> {
  const ids: TaskId[] = [];
  for (let offset = 0; offset < maxScanned; offset += scanPage) {
    const page = await box.list({ offset, limit: scanPage });
    ids.push(...page.filter((letter) => matches(filter, letter)).map((letter) => letter.task.id));
    if (page.length < scanPage) break;
  }
  return ids;
}
