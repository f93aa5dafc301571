/** A source with a memory: every file of a folder is a letter, taken away once what it says is done. */
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  type HealthFinding,
  messageOf,
  type SourceParts,
  type SourceStatus,
  sourceKind,
  type TaskId,
  type TaskSource,
} from "app_runtime";

export const letterTrayKind = sourceKind({
  kind: "letter_tray",
  schema: { folder: { doc: "Where the letters are put.", format: "path", default: null } },
  journaled: true,
  create: async ({ folder }, parts) => new LetterTray(folder, parts),
});

/** It looks once, when it starts; one that looks again and again would also pause, resume and trigger its look. */
class LetterTray implements TaskSource {
  readonly name: string;
  readonly #folder: string;
  readonly #parts: SourceParts;
  readonly #inFlight = new Set<TaskId>();
  #watching: Disposable | undefined;
  #settling: Promise<void> = Promise.resolve();
  #trouble: string | undefined;
  #published = 0;
  #settled = 0;

  constructor(folder: string, parts: SourceParts) {
    this.name = parts.name;
    this.#folder = folder;
    this.#parts = parts;
  }

  async start(): Promise<void> {
    this.#watching = this.#parts.journal.watch(this.name, () => this.#settleSoon());
    for (const letter of (await readdir(this.#folder)).sort()) await this.#offer(letter);
    this.#settleSoon(); // what an earlier run finished and did not take away
  }

  /** First the bytes, then the row, then the queue: whatever is killed in between, the next run finds what is missing. */
  async #offer(letter: string): Promise<void> {
    const { blobs, journal, publisher } = this.#parts;
    const blob = await blobs.put(await readFile(join(this.#folder, letter)));
    const task = publisher.prepare({ id: `letter:${letter}`, kind: "letter", payload: { ...blob } });
    const [verdict] = await journal.offer([{ task, queue: publisher.queue }]);
    if (verdict?.kind === "done") return await this.#takeAway(task.id);
    if (verdict?.kind === "dead") return; // it stays where a person will find it
    this.#inFlight.add(task.id);
    await publisher.publish(task); // "new", or "offered" by a run that was killed
    this.#published += 1;
  }

  #settleSoon(): void {
    this.#settling = this.#settling
      .then(() => this.#settle())
      .catch((error) => {
        this.#trouble = messageOf(error); // the rows stay unsettled, so the next hint tries them again
      });
  }

  /** The journal says what is finished, never a worker: a letter cannot go before the commit that carries its effect. */
  async #settle(): Promise<void> {
    const rows = await this.#parts.journal.unsettled(this.name, 100);
    for (const { task, state } of rows) if (state === "done") await this.#takeAway(task.id);
    await this.#parts.journal.settled(rows.map(({ task }) => task.id));
    for (const { task } of rows) this.#inFlight.delete(task.id);
    this.#settled += rows.length;
    this.#trouble = undefined;
  }

  async #takeAway(id: TaskId): Promise<void> {
    await rm(join(this.#folder, id.slice("letter:".length)), { force: true });
  }

  async stop(): Promise<void> {
    this.#watching?.[Symbol.dispose]();
    await this.#settling;
  }

  status(): SourceStatus {
    const figures = { inFlight: this.#inFlight.size, published: this.#published, settled: this.#settled };
    return { state: "running", backlog: 0, ...figures, facts: {} };
  }

  health(): HealthFinding {
    return this.#trouble === undefined ? { state: "pass" } : { state: "warn", output: this.#trouble };
  }

  async quiesce(): Promise<void> {}
  pause(): void {}
  resume(): void {}
  trigger(): void {}
}
