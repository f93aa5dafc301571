import { mkdir, utimes, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { guardAgainstLeaks } from "../../support/leak_guard.ts";
import { eventually } from "../../support/source_desk.ts";
import { orderMail } from "../imap/order_mail.ts";
import { FolderDesk } from "./folder_desk.ts";

test("works off more files than it lists, the oldest first, without waiting for the next rescan", async () => {
  guardAgainstLeaks();
  const desk = new FolderDesk();
  for (let number = 0; number < 50; number += 1) {
    const name = `${(number * 37) % 50}`.padStart(2, "0");
    await desk.deliver(name, orderMail(Number(name)));
    await utimes(desk.path("new", name), Number(name), Number(name));
  }
  // Held, so that no file is moved and the system has nothing to tell; paused until the looks have come to rest.
  const config = { rescanInterval: "1h" };
  const run = await desk.open({ config, listLimit: 10, work: () => "held" });
  run.source.pause();
  await run.start();
  await eventually(() => expect(run.source.status().backlog).toBe(50));
  await eventually(() => expect(run.source.status().facts.lastLookAgeMs).toBeGreaterThan(400));
  run.source.resume();
  await eventually(() => expect(run.handled).toHaveLength(50));
  expect(run.names).toEqual([...run.names].sort());
  expect(run.source.status().backlog).toBe(0);
});

const files = 50_000;
const minute = 60_000;

test("of 50,000 files it reads no further ahead than its window, and lists a part of them", {
  timeout: minute,
}, async () => {
  guardAgainstLeaks();
  const desk = new FolderDesk();
  await mkdir(`${desk.directory}/new`);
  for (let from = 0; from < files; from += 500) {
    await Promise.all(
      Array.from({ length: 500 }, (_, step) => writeFile(desk.path("new", `${from + step}.eml`), `\n${from + step}`)),
    );
  }
  const config = { window: 50, rescanInterval: "10m" };
  const run = await (await desk.open({ config, capacity: 100, work: () => "held" })).start();
  await eventually(() => expect(run.source.status().published).toBeGreaterThanOrEqual(100), minute);
  await eventually(() => expect(desk.blobs.size).toBeGreaterThanOrEqual(200), minute);
  // Held by the worker, in the queue, being offered, read ahead.
  expect(desk.blobs.size).toBeLessThanOrEqual(1 + 100 + 50 + 50);
  expect(run.source.status().backlog).toBeGreaterThan(files - 300);
  await run.stop();
});
