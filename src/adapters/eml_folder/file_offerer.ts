import { messageOf } from "../../app_runtime/base/runtime_error.ts";
import type { Journal, JournalOffer, JournalVerdict } from "../../app_runtime/contracts/journal.ts";
import type { Publisher } from "../../app_runtime/contracts/publisher.ts";
import type { TaskPublisher } from "../../app_runtime/intake/api.ts";
import type { EmlFolderFacts } from "./eml_folder_facts.ts";
import { taskIdOf } from "./file_identity.ts";
import type { NewFiles, TakenFile } from "./new_files.ts";
import type { FileToTask } from "./received_file.ts";
import type { StoredMail } from "./store_files.ts";

/** An offer and the file it was made of. */
interface FileOffer extends JournalOffer {
  readonly file: TakenFile;
}

/** Makes tasks of mails whose content is safe: first a journal row, then the queue. */
export class FileOfferer {
  readonly #source: string;
  readonly #files: NewFiles;
  readonly #toTask: FileToTask;
  readonly #journal: Journal;
  readonly #publisher: Publisher;
  readonly #tasks: TaskPublisher;
  readonly #facts: EmlFolderFacts;
  readonly #onMovesWanted: () => void;

  constructor(parts: {
    readonly source: string;
    readonly files: NewFiles;
    readonly toTask: FileToTask;
    readonly journal: Journal;
    readonly publisher: Publisher;
    readonly tasks: TaskPublisher;
    readonly facts: EmlFolderFacts;
    /** There are files to move that no journal row asks for. */
    readonly onMovesWanted: () => void;
  }) {
    this.#source = parts.source;
    this.#files = parts.files;
    this.#toTask = parts.toTask;
    this.#journal = parts.journal;
    this.#publisher = parts.publisher;
    this.#tasks = parts.tasks;
    this.#facts = parts.facts;
    this.#onMovesWanted = parts.onMovesWanted;
  }

  /**
   * Resolves when all of the batch is published or decided otherwise. After a throw it may be called again with the same
   * batch: what was published is not published twice.
   */
  async offer(mails: readonly StoredMail[], signal: AbortSignal): Promise<void> {
    const offers = mails.flatMap((mail) => this.#offerFor(mail));
    const verdicts = await this.#journal.offer(offers);
    for (const [index, verdict] of verdicts.entries()) {
      const made = offers[index];
      if (made !== undefined) await this.#follow(made, verdict, signal);
    }
  }

  /** None for a mail the application cannot make a task of: it must not keep the others from being taken. */
  #offerFor({ file, content, mail }: StoredMail): readonly FileOffer[] {
    const id = taskIdOf(this.#source, content);
    const taken = { ...file, taskId: id };
    try {
      const task = this.#publisher.prepare({ ...this.#toTask(mail), id });
      return [{ file: taken, task, queue: this.#publisher.queue }];
    } catch (error) {
      this.#facts.report("eml_no_task", { file: file.name, reason: messageOf(error) });
      this.#moveAgain(taken, "failed");
      return [];
    }
  }

  async #follow({ file, task }: FileOffer, verdict: JournalVerdict, signal: AbortSignal): Promise<void> {
    const { name, taskId } = file;
    if (verdict.kind === "done") {
      this.#facts.report("eml_done_again", { file: name, taskId });
      this.#moveAgain(file, "cur");
    } else if (verdict.kind === "dead") {
      this.#facts.report("eml_dead_again", { file: name, taskId });
      this.#moveAgain(file, "failed");
    } else {
      // Before it is published: a fast worker is done before we are told that the queue has it.
      this.#files.take(file);
      await this.#tasks.publish(task, signal);
    }
  }

  #moveAgain(file: TakenFile, to: "cur" | "failed"): void {
    this.#files.moveAgain(file, to);
    this.#onMovesWanted();
  }
}
