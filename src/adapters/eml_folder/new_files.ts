import type { TaskId } from "../../app_runtime/contracts/task.ts";
import { byAge, type FileStamp, type FoundFile, sameStamp } from "./file_stamp.ts";
import type { SettledPlace } from "./folder_places.ts";

/** A file whose mail is a task. */
export interface TakenFile extends FoundFile {
  readonly taskId: TaskId;
}

/** A file to move although no journal row asks for it. */
export interface MoveAgain extends TakenFile {
  readonly to: SettledPlace;
}

interface Sighting {
  readonly stamp: FileStamp;
  /** Clock.now() at which it was first seen like this. */
  readonly since: number;
}

interface Aside {
  /** Undefined for what is no file. */
  readonly stamp: FileStamp | undefined;
  readonly why: string;
}

/**
 * The files of `new` on their way to the journal: sighted (may still grow) → waiting → being read → taken, or set aside.
 * In memory only: the journal and the directory are what counts.
 */
export class NewFiles {
  readonly #sighted = new Map<string, Sighting>();
  #waiting: readonly FoundFile[] = [];
  /** How many of `#waiting` were cut off. */
  #cut = 0;
  readonly #busy = new Set<string>();
  readonly #taken = new Map<string, TakenFile>();
  readonly #byTask = new Map<TaskId, Set<string>>();
  readonly #aside = new Map<string, Aside>();
  readonly #moveAgain = new Map<string, MoveAgain>();
  #unlisted = 0;
  #hasCaughtUp = false;
  readonly #settleTimeMs: number;

  constructor(settleTimeMs: number) {
    this.#settleTimeMs = settleTimeMs;
  }

  /** In the directory and not yet offered. */
  get backlog(): number {
    return this.#sighted.size + this.#waitingCount + this.#busy.size + this.#unlisted;
  }

  /** What stays in `new` because no mail can be read from it. */
  get setAsideCount(): number {
    return this.#aside.size;
  }

  /** One of the reasons why something was set aside, with its name. */
  get anAside(): string | undefined {
    const first = this.#aside.entries().next().value;
    return first === undefined ? undefined : `"${first[0]}": ${first[1].why}`;
  }

  /** More files are there than are listed, and those listed wait to be read: another look would find nothing to do. */
  get isFull(): boolean {
    return this.#unlisted > 0 && this.#waitingCount > 0;
  }

  /** More files are there than were listed. */
  get hasUnlisted(): boolean {
    return this.#unlisted > 0;
  }

  /** Whatever lay there when this run began was read. */
  get hasCaughtUp(): boolean {
    return this.#hasCaughtUp;
  }

  /** Whether a look need not ask about it. */
  isUnderWay(name: string): boolean {
    return this.#busy.has(name) || this.#taken.has(name);
  }

  /** Whether it was set aside as it is now. */
  isAsideLike({ name, stamp }: FoundFile): boolean {
    const aside = this.#aside.get(name)?.stamp;
    return aside !== undefined && sameStamp(aside, stamp);
  }

  /**
   * What a look found and nobody has read: `unlisted` says how many more there are, `now` is Clock.now(). Answers how many
   * no look has found before.
   */
  found(files: readonly FoundFile[], unlisted: number, now: number): number {
    const waited = new Map(this.#waiting.slice(this.#cut).map((file) => [file.name, file.stamp]));
    const sighted = new Map(this.#sighted);
    // A look takes its time: meanwhile some may have been read.
    const fresh = files.filter((file) => !this.isUnderWay(file.name));
    const isComplete = (file: FoundFile) => {
      const [before, complete] = [sighted.get(file.name), waited.get(file.name)];
      if (complete !== undefined) return sameStamp(complete, file.stamp);
      const isQuiet = before !== undefined && sameStamp(before.stamp, file.stamp);
      return this.isAsideLike(file) || (isQuiet && now - before.since >= this.#settleTimeMs);
    };
    this.#waiting = fresh.filter(isComplete).sort(byAge);
    this.#cut = 0;
    this.#unlisted = unlisted;
    this.#sighted.clear();
    for (const file of fresh.filter((each) => !isComplete(each))) {
      const before = sighted.get(file.name);
      const isSame = before !== undefined && sameStamp(before.stamp, file.stamp);
      this.#sighted.set(file.name, isSame ? before : { stamp: file.stamp, since: now });
    }
    this.#considerCaughtUp();
    return fresh.filter(({ name }) => !waited.has(name) && !sighted.has(name) && !this.#aside.has(name)).length;
  }

  /** What was set aside and no longer stands in the directory is forgotten. */
  keepAside(present: ReadonlySet<string>): void {
    for (const name of this.#aside.keys()) if (!present.has(name)) this.#aside.delete(name);
  }

  /** Clock.now() at which the next sighted file may be complete; undefined when none is. */
  get nextSettledAt(): number | undefined {
    let soonest: number | undefined;
    for (const { since } of this.#sighted.values()) {
      const at = since + this.#settleTimeMs;
      if (soonest === undefined || at < soonest) soonest = at;
    }
    return soonest;
  }

  /** The directory cannot be read: what is listed may not be there any more. */
  forgetListed(): void {
    this.#sighted.clear();
    this.#waiting = [];
    this.#cut = 0;
    this.#unlisted = 0;
  }

  /** The oldest waiting files: at most so many, and so many bytes unless the first alone has more. */
  cut(limits: { readonly files: number; readonly bytes: number; readonly maxMailBytes: number }): readonly FoundFile[] {
    const cut: FoundFile[] = [];
    let bytes = 0;
    for (const file of this.#waiting.slice(this.#cut, this.#cut + limits.files)) {
      bytes += file.stamp.size > limits.maxMailBytes ? 0 : file.stamp.size;
      if (cut.length > 0 && bytes > limits.bytes) break;
      cut.push(file);
    }
    this.#cut += cut.length;
    for (const { name } of cut) this.#busy.add(name);
    return cut;
  }

  /** It changed, or it is gone: a later look finds out. */
  drop(name: string): void {
    this.#busy.delete(name);
    this.#aside.delete(name);
    this.#considerCaughtUp();
  }

  /** No mail can be read from it; `stamp` is undefined for what is no file. Answers whether that is news. */
  setAside(name: string, stamp: FileStamp | undefined, why: string): boolean {
    const isNews = this.#aside.get(name)?.why !== why;
    this.#busy.delete(name);
    this.#aside.set(name, { stamp, why });
    this.#considerCaughtUp();
    return isNews;
  }

  isAside(name: string): boolean {
    return this.#aside.has(name);
  }

  /** Its mail is this task. */
  take(file: TakenFile): void {
    this.#busy.delete(file.name);
    this.#aside.delete(file.name);
    this.#taken.set(file.name, file);
    const names = this.#byTask.get(file.taskId) ?? new Set();
    this.#byTask.set(file.taskId, names.add(file.name));
    this.#considerCaughtUp();
  }

  /** All files of a task. */
  filesOf(taskId: TaskId): readonly TakenFile[] {
    return [...(this.#byTask.get(taskId) ?? [])].flatMap((name) => this.#taken.get(name) ?? []);
  }

  /** It was moved, or is another file now. */
  release({ name, taskId }: TakenFile): void {
    this.#taken.delete(name);
    this.#moveAgain.delete(name);
    const names = this.#byTask.get(taskId);
    names?.delete(name);
    if (names?.size === 0) this.#byTask.delete(taskId);
  }

  /** The journal has long finished with it. */
  moveAgain(file: TakenFile, to: SettledPlace): void {
    this.take(file);
    this.#moveAgain.set(file.name, { ...file, to });
  }

  /** Some of those to move although no row asks for it; they stay listed until they are released. */
  someToMoveAgain(limit: number): readonly MoveAgain[] {
    return [...this.#moveAgain.values().take(limit)];
  }

  get #waitingCount(): number {
    return this.#waiting.length - this.#cut;
  }

  #considerCaughtUp(): void {
    if (this.backlog === 0) this.#hasCaughtUp = true;
  }
}
