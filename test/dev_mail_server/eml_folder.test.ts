import { appendFileSync, mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ManualClock } from "../../src/app_runtime/testing/manual_clock.ts";
import { EmlFolder } from "../../src/dev_mail_server/eml_folder.ts";
import { tempDir } from "../support/temp_dir.ts";
import { openInbox } from "./imap_client.ts";
import { connectionTo, mailOf, runServer, subjectsIn } from "./running_server.ts";

/** As if it had been written a minute ago. */
function putOldFile(directory: string, name: string, content: string): void {
  const file = join(directory, name);
  writeFileSync(file, content);
  const minuteAgo = new Date(Date.now() - 60_000);
  utimesSync(file, minuteAgo, minuteAgo);
}

test("files that are there at the start are delivered in the order of their names, other files not", async () => {
  const inboxDirectory = tempDir();
  putOldFile(inboxDirectory, "b.eml", mailOf("second"));
  putOldFile(inboxDirectory, "a.eml", mailOf("first"));
  putOldFile(inboxDirectory, "notes.txt", mailOf("not a mail"));
  putOldFile(inboxDirectory, ".hidden.eml", mailOf("hidden"));
  mkdirSync(join(inboxDirectory, "folder.eml"));
  const server = await runServer({ inboxDirectory });
  expect(subjectsIn(server)).toEqual(["first", "second"]);
});

test("a file dropped in, or renamed into place, reaches an idling client", async () => {
  const inboxDirectory = tempDir();
  const server = await runServer({ inboxDirectory });
  const client = await openInbox(connectionTo(server));
  const pushed: number[] = [];
  client.on("exists", ({ count }) => pushed.push(count));
  const idling = client.idle();

  writeFileSync(join(inboxDirectory, "dropped.eml"), mailOf("dropped"));
  await expect.poll(() => subjectsIn(server), { timeout: 5000 }).toEqual(["dropped"]);
  writeFileSync(join(inboxDirectory, "later.part"), mailOf("renamed"));
  renameSync(join(inboxDirectory, "later.part"), join(inboxDirectory, "later.eml"));
  await expect.poll(() => subjectsIn(server), { timeout: 5000 }).toEqual(["dropped", "renamed"]);
  await expect.poll(() => pushed.at(-1)).toBe(2);
  await client.noop();
  await idling;
});

test("a file is delivered once, over restarts too, but new content is a new mail", async () => {
  const [inboxDirectory, stateDirectory] = [tempDir(), tempDir()];
  putOldFile(inboxDirectory, "order.eml", mailOf("one"));
  const first = await runServer({ inboxDirectory, stateDirectory });
  const client = await openInbox(connectionTo(first));
  await client.messageDelete("1", { uid: true });
  await first.stop();

  const second = await runServer({ inboxDirectory, stateDirectory });
  expect(subjectsIn(second)).toEqual([]);
  await second.stop();
  putOldFile(inboxDirectory, "order.eml", mailOf("two"));
  const third = await runServer({ inboxDirectory, stateDirectory });
  expect(subjectsIn(third)).toEqual(["two"]);
});

test("a file still being written is left alone until nobody has written for a while", async () => {
  const { directory, clock, delivered, start } = watchedFolder();
  const file = join(directory, "slow.eml");
  writeFileSync(file, "Subject: slow\r\n");
  await start();
  expect(delivered).toEqual([]);

  appendFileSync(file, "\r\nthe rest\r\n");
  await untilDelivered(clock, delivered, 1);
  expect(delivered).toEqual(["Subject: slow\r\n\r\nthe rest\r\n"]);
});

test("an empty file is not a mail yet, and a directory that goes away may come back", async () => {
  const { directory, clock, delivered, start } = watchedFolder();
  writeFileSync(join(directory, "empty.eml"), "");
  await start();
  rmSync(directory, { recursive: true });
  await clock.advance(2000);
  mkdirSync(directory);
  putOldFile(directory, "back.eml", mailOf("back"));
  await untilDelivered(clock, delivered, 1);
  expect(delivered).toEqual([mailOf("back")]);
});

test("what cannot be delivered now is tried again", async () => {
  const { directory, clock, delivered, start, refuseNext } = watchedFolder();
  putOldFile(directory, "order.eml", mailOf("order"));
  refuseNext();
  await start();
  expect(delivered).toEqual([]);
  await untilDelivered(clock, delivered, 1);
});

/** A folder whose time stands still until the test moves it. The clock starts before any file of the test is written. */
function watchedFolder() {
  const directory = tempDir();
  const clock = new ManualClock(Date.now() - 10_000);
  const delivered: string[] = [];
  let refusals = 0;
  const deliver = (raw: Buffer) => {
    refusals -= 1;
    if (refusals >= 0) throw new Error("The mailbox is full");
    delivered.push(raw.toString());
  };
  const folder = new EmlFolder({ directory, clock, maxMailBytes: 1000, isDelivered: () => false, deliver });
  onTestFinished(async () => {
    await folder.stop();
    expect(clock.pending).toBe(0);
  });
  return { directory, clock, delivered, start: () => folder.start(), refuseNext: () => (refusals = 1) };
}

async function untilDelivered(clock: ManualClock, delivered: readonly string[], count: number): Promise<void> {
  await expect
    .poll(async () => {
      await clock.advance(300);
      return delivered.length;
    })
    .toBe(count);
}
