import type { Journal } from "../contracts/journal.ts";
import type { LeaseStore } from "../contracts/lease.ts";
import type { PauseBook } from "../control/api.ts";
import type { SourceHandover } from "../leases/api.ts";
import type { WorkerSupervisor } from "../workers/api.ts";
import { type QueueSlot, sharesTasks } from "./queue_slot.ts";
import type { SourceSupervisor } from "./source_supervisor.ts";

interface Units {
  readonly queues: ReadonlyMap<string, QueueSlot>;
  readonly workers: WorkerSupervisor;
  readonly sources: SourceSupervisor;
  queue(name: string): QueueSlot;
}

interface Books {
  readonly journal: Journal | undefined;
  readonly pauses: PauseBook;
  readonly leaseStore: LeaseStore | undefined;
}

interface HandedSource {
  readonly source: string;
  readonly queue: string;
  readonly journaled: boolean;
}

/** What the other units do when a source passes from one runtime to another. */
export function handoverOf(handed: HandedSource, units: Units, books: Books): SourceHandover {
  return {
    taken: ({ wasElsewhere }) => takeSource(handed, units, books, wasElsewhere),
    given: ({ inOrder }) => giveSource(handed, units, books, inOrder),
  };
}

/** Whoever had the source before may have paused units and left dead letters. */
async function takeSource(handed: HandedSource, units: Units, { pauses }: Books, outOfDate: boolean): Promise<void> {
  const { queue, deadLetters } = units.queue(handed.queue);
  if (outOfDate) await queue.withdraw(handed.source);
  await pauses.open();
  await recallPauses(units, pauses);
  await deadLetters.open();
}

/**
 * Its tasks are another runtime's now: not even those in hand are ours to finish. Those of a source without a journal
 * stay, because nobody else would offer them again; and so do those in a queue that other runtimes share: whoever holds a
 * delivery finishes it.
 */
async function giveSource(handed: HandedSource, units: Units, books: Books, inOrder: boolean): Promise<void> {
  if (!handed.journaled) return;
  const { queue, deadLetters } = units.queue(handed.queue);
  if (sharesTasks(queue, books.leaseStore)) return;
  const inHand = units.workers.loseSource(handed.source);
  // Interrupted in order is no crash of theirs.
  if (inOrder) await Promise.all(inHand.map((id) => books.journal?.handBack(id)));
  await queue.withdraw(handed.source);
  // A figure for people, counted again at the next takeover; a database that hangs must not keep the source connected.
  void deadLetters.open().catch(() => undefined);
}

/** Pauses what is paused in the book, and resumes the rest. */
export async function recallPauses({ queues, workers, sources }: Units, pauses: PauseBook): Promise<void> {
  for (const [name, { queue }] of queues) {
    await (pauses.isPaused(`queue:${name}`) ? queue.pause() : queue.resume());
  }
  for (const { name } of workers.status()) {
    if (pauses.isPaused(`worker:${name}`)) workers.pause(name);
    else workers.resume(name);
  }
  for (const name of sources.names) {
    if (pauses.isPaused(`source:${name}`)) sources.pause(name, "operator");
    else sources.resume(name, "operator");
  }
}
