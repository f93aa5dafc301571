import type { Step, Taken, Work, WorkDone } from "./queue_protocol.ts";

type Cell = string | number | boolean | null;

/**
 * Work and its answer as they travel between the threads. What there is one of for each task lies cell by cell in one flat list:
 * to copy an object with its names costs five times as much, and was a quarter of what a task cost.
 */
export interface WireWork extends Omit<Work, "steps"> {
  readonly steps: readonly (Cell | Step)[];
}

export interface WireDone extends Omit<WorkDone, "taken"> {
  readonly taken: readonly Cell[];
}

export function toWireWork(work: Work): WireWork {
  const cells: (Cell | Step)[] = [];
  for (const step of work.steps) {
    if (step.kind === "publish") {
      const { id, source, orderKey, group, priority, dueAt, body } = step.row;
      cells.push("publish", step.admit, id, source, orderKey, group, priority, dueAt, body);
    } else if (step.kind === "ack") {
      const { seq, leases, id, orderKey, group } = step.lease;
      cells.push("ack", seq, leases, id, orderKey, group);
    } else cells.push("other", step);
  }
  return { ...work, steps: cells };
}

export function fromWireWork(wire: WireWork): Work {
  const cells = new Cells(wire.steps);
  const steps: Step[] = [];
  while (cells.left) steps.push(nextStep(cells));
  return { ...wire, steps };
}

export function toWireDone(done: WorkDone): WireDone {
  const cells: Cell[] = [];
  for (const { seq, leases, renewals, id, orderKey, group, attempt, crashes, body } of done.taken) {
    cells.push(seq, leases, renewals, id, orderKey, group, attempt, crashes, body);
  }
  return { ...done, taken: cells };
}

export function fromWireDone(wire: WireDone): WorkDone {
  const cells = new Cells(wire.taken);
  const taken: Taken[] = [];
  while (cells.left) {
    taken.push({
      seq: cells.next(),
      leases: cells.next(),
      renewals: cells.next(),
      id: cells.next(),
      orderKey: cells.next(),
      group: cells.next(),
      attempt: cells.next(),
      crashes: cells.next(),
      body: cells.next(),
    });
  }
  return { ...wire, taken };
}

function nextStep(cells: Cells): Step {
  const kind = cells.next<"publish" | "ack" | "other">();
  switch (kind) {
    case "publish": {
      const admit = cells.next<boolean>();
      return { kind, admit, row: nextRow(cells) };
    }
    case "ack":
      return { kind, lease: nextLease(cells) };
    case "other":
      return cells.next<Step>();
  }
}

function nextRow(cells: Cells) {
  return {
    id: cells.next<string>(),
    source: cells.next<string>(),
    orderKey: cells.next<string | null>(),
    group: cells.next<string | null>(),
    priority: cells.next<number>(),
    dueAt: cells.next<number>(),
    body: cells.next<string>(),
  };
}

function nextLease(cells: Cells) {
  return {
    seq: cells.next<number>(),
    leases: cells.next<number>(),
    id: cells.next<string>(),
    orderKey: cells.next<string | null>(),
    group: cells.next<string | null>(),
  };
}

/** Read in the order in which they were written. */
class Cells {
  readonly #cells: readonly unknown[];
  #at = 0;

  constructor(cells: readonly unknown[]) {
    this.#cells = cells;
  }

  get left(): boolean {
    return this.#at < this.#cells.length;
  }

  next<T>(): T {
    const cell = this.#cells[this.#at] as T;
    this.#at += 1;
    return cell;
  }
}
