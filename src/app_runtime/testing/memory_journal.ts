import type { Clock } from "../base/clock.ts";
import type { DeadLetterReason } from "../contracts/dead_letter.ts";
import { FollowUpIdTakenError, isFollowUpSource } from "../contracts/follow_up.ts";
import {
  type HandOutCount,
  type Journal,
  type JournalOffer,
  type JournalRow,
  JournalRowMissingError,
  type JournalState,
  type JournalVerdict,
  type UnitOfWork,
  UnitOfWorkClosedError,
} from "../contracts/journal.ts";
import type { JsonValue, TaskId } from "../contracts/task.ts";

interface Kept {
  row: JournalRow;
  isDiscarded: boolean;
}

/** A journal for tests: forgets everything with its process, and keeps every other promise of a Journal. */
export class MemoryJournal implements Journal {
  readonly #clock: Clock;
  readonly #kept = new Map<TaskId, Kept>();
  readonly #checkpoints = new Map<string, JsonValue>();
  readonly #watchers = new Set<{ readonly source: string; readonly onChange: () => void }>();

  constructor(parts: { readonly clock: Clock }) {
    this.#clock = parts.clock;
  }

  /**
   * The transaction of a test: effect, `done` and follow-ups together, or nothing. @throws {UnitOfWorkClosedError},
   * {FollowUpIdTakenError}
   */
  async commit(unitOfWork: UnitOfWork, effect: () => void): Promise<void> {
    const { taskId, journaled } = unitOfWork;
    const isOurs = unitOfWork.open && (!journaled || this.#kept.get(taskId)?.row.state === "offered");
    if (!isOurs) throw new UnitOfWorkClosedError(taskId);
    const followUps = unitOfWork.takeFollowUps();
    this.#refuseTaken(followUps);
    effect();
    this.#write(followUps, journaled ? taskId : undefined);
    unitOfWork.committed();
  }

  async offer(offers: readonly JournalOffer[]): Promise<readonly JournalVerdict[]> {
    return offers.map((offer) => this.#verdict(offer));
  }

  async handOut(taskId: TaskId): Promise<HandOutCount> {
    const kept = this.#kept.get(taskId);
    if (kept === undefined) return { state: undefined, handOuts: 0 };
    const { row } = kept;
    if (row.state === "offered") kept.row = { ...row, handOuts: row.handOuts + 1 };
    return { state: row.state, handOuts: kept.row.handOuts };
  }

  async handBack(taskId: TaskId): Promise<void> {
    const kept = this.#kept.get(taskId);
    if (kept !== undefined) kept.row = { ...kept.row, handOuts: 0 };
  }

  async done(taskId: TaskId): Promise<void> {
    if (!this.#kept.has(taskId)) throw new JournalRowMissingError(taskId);
    this.#end(taskId, { state: "done" });
  }

  async offerFollowUps(followUps: readonly JournalOffer[], alsoDone: TaskId | undefined): Promise<boolean> {
    const followed = alsoDone && this.#kept.get(alsoDone);
    if (alsoDone !== undefined && followed === undefined) throw new JournalRowMissingError(alsoDone);
    if (followed !== undefined && followed?.row.state !== "offered") return false;
    this.#refuseTaken(followUps);
    this.#write(followUps, alsoDone);
    return true;
  }

  async dead(
    taskId: TaskId,
    reason: DeadLetterReason,
    detail: string,
    attempts: number,
  ): Promise<JournalState | undefined> {
    const found = this.#kept.get(taskId)?.row.state;
    this.#end(taskId, { state: "dead", reason, detail, attempts });
    return found;
  }

  async discard(taskId: TaskId): Promise<void> {
    const kept = this.#kept.get(taskId);
    if (kept?.row.state === "dead") kept.isDiscarded = true;
  }

  async revive(taskId: TaskId): Promise<JournalRow | undefined> {
    const kept = this.#kept.get(taskId);
    if (kept?.row.state !== "dead" || kept.isDiscarded) return undefined;
    const { endedAt, settledAt, reason, detail, attempts, ...row } = kept.row;
    kept.row = { ...row, state: "offered", handOuts: 0 };
    this.#wake(row.task.source);
    return kept.row;
  }

  async find(taskId: TaskId): Promise<JournalRow | undefined> {
    return this.#kept.get(taskId)?.row;
  }

  async list(options: Parameters<Journal["list"]>[0]): Promise<readonly JournalRow[]> {
    const { state, source, queue, after, limit } = options;
    const all = [...this.#kept.values()];
    const from = after === undefined ? 0 : all.findIndex(({ row }) => row.task.id === after) + 1;
    const matching = all.slice(from).filter(({ row, isDiscarded }) => {
      const isInQueue = queue === undefined || row.queue === queue;
      const isFromSource = source === undefined || row.task.source === source;
      return row.state === state && !isDiscarded && isInQueue && isFromSource;
    });
    return matching.slice(0, limit).map(({ row }) => row);
  }

  async countDead(queue: string): Promise<number> {
    const dead = [...this.#kept.values()].filter(({ row, isDiscarded }) => row.state === "dead" && !isDiscarded);
    return dead.filter(({ row }) => row.queue === queue).length;
  }

  async statesOf(ids: readonly TaskId[]): Promise<ReadonlyMap<TaskId, JournalState>> {
    const rows = ids.flatMap((id) => this.#kept.get(id)?.row ?? []);
    return new Map(rows.map((row) => [row.task.id, row.state]));
  }

  async unsettled(source: string, limit: number): Promise<readonly JournalRow[]> {
    const rows = [...this.#kept.values()].map(({ row }) => row);
    const unsettled = rows.filter((row) => row.state !== "offered" && row.settledAt === undefined);
    return unsettled.filter((row) => row.task.source === source).slice(0, limit);
  }

  async settled(ids: readonly TaskId[]): Promise<void> {
    for (const id of ids) {
      const kept = this.#kept.get(id);
      if (kept === undefined || kept.row.state === "offered" || kept.row.settledAt !== undefined) continue;
      kept.row = { ...kept.row, settledAt: this.#clock.wallNow() };
    }
  }

  watch(source: string, onChange: () => void): Disposable {
    const watcher = { source, onChange };
    this.#watchers.add(watcher);
    return { [Symbol.dispose]: () => void this.#watchers.delete(watcher) };
  }

  /** It has no leases to ask. */
  shareTasks(): void {}

  async checkpoint(source: string): Promise<JsonValue | undefined> {
    return this.#checkpoints.get(source);
  }

  async saveCheckpoint(source: string, value: JsonValue): Promise<void> {
    this.#checkpoints.set(source, value);
  }

  #verdict({ task, queue, fingerprint }: JournalOffer): JournalVerdict {
    const known = this.#kept.get(task.id);
    if (known !== undefined) return { taskId: task.id, kind: known.row.state };
    const twin = this.#twin(task.source, fingerprint);
    if (twin !== undefined) return { taskId: task.id, kind: twin.state, sameAs: twin.task.id };
    const offered = { task, queue, state: "offered" as const, handOuts: 0, offeredAt: this.#clock.wallNow() };
    const row: JournalRow = fingerprint === undefined ? offered : { ...offered, fingerprint };
    this.#kept.set(task.id, { row, isDiscarded: false });
    return { taskId: task.id, kind: "new" };
  }

  #twin(source: string, fingerprint: string | undefined): JournalRow | undefined {
    if (fingerprint === undefined) return undefined;
    const twins = [...this.#kept.values()].filter(({ row }) => row.fingerprint === fingerprint);
    return twins.find(({ row }) => row.task.source === source)?.row;
  }

  #refuseTaken(followUps: readonly JournalOffer[]): void {
    for (const { task, queue } of followUps) {
      const known = this.#kept.get(task.id);
      if (known !== undefined && known.row.task.source !== task.source) throw new FollowUpIdTakenError(task.id, queue);
    }
  }

  #write(followUps: readonly JournalOffer[], alsoDone: TaskId | undefined): void {
    for (const followUp of followUps) this.#verdict(followUp);
    if (alsoDone !== undefined) this.#end(alsoDone, { state: "done" });
  }

  #end(taskId: TaskId, how: Pick<JournalRow, "state" | "reason" | "detail" | "attempts">): void {
    const kept = this.#kept.get(taskId);
    if (kept?.row.state !== "offered") return;
    const { source } = kept.row.task;
    const endedAt = this.#clock.wallNow();
    kept.row = { ...kept.row, ...how, endedAt, ...(isFollowUpSource(source) && { settledAt: endedAt }) };
    this.#wake(source);
  }

  #wake(source: string): void {
    for (const watcher of [...this.#watchers]) if (watcher.source === source) watcher.onChange();
  }
}
