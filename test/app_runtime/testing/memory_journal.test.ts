import { expect, test } from "vitest";
import { UnitOfWorkClosedError } from "../../../src/app_runtime/contracts/journal.ts";
import {
  journalPromises,
  ManualClock,
  MemoryJournal,
  sampleTask,
  taskId,
} from "../../../src/app_runtime/testing/index.ts";

for (const promise of journalPromises) {
  test(`the memory journal: ${promise.name}`, () =>
    promise.run(async (clock) => ({ journal: new MemoryJournal({ clock }), close: async () => {} })));
}

test("an effect is committed with its done, once", async () => {
  const journal = new MemoryJournal({ clock: new ManualClock() });
  await journal.offer([{ task: sampleTask("a"), queue: "orders" }]);
  const effects: string[] = [];
  const work = {
    taskId: taskId("a"),
    journaled: true,
    open: true,
    takeFollowUps: () => [],
    committed: () => void effects.push("committed"),
  };
  await journal.commit(work, () => void effects.push("effect"));
  expect((await journal.find(taskId("a")))?.state).toBe("done");
  await expect(journal.commit(work, () => void effects.push("again"))).rejects.toThrow(UnitOfWorkClosedError);
  expect(effects).toEqual(["effect", "committed"]);
});

test("a closed unit of work has no effect; one without a journal row has its effect alone", async () => {
  const journal = new MemoryJournal({ clock: new ManualClock() });
  const effects: string[] = [];
  const work = { taskId: taskId("a"), journaled: false, open: false, takeFollowUps: () => [], committed: () => {} };
  await expect(journal.commit(work, () => void effects.push("closed"))).rejects.toThrow(UnitOfWorkClosedError);
  await journal.commit({ ...work, open: true }, () => void effects.push("open"));
  expect(effects).toEqual(["open"]);
});
