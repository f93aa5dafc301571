import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { FilePauseStore } from "../../../src/app_runtime/control/api.ts";
import { openControl } from "./controlled_shop.ts";

test("a pause survives a restart, and a resume does too", async () => {
  const path = join(await ownDirectory(), "control", "pauses.json");
  const before = openControl({ store: new FilePauseStore(path) });
  await before.pauses.open();
  await before.control.pause("cli anna", "source", "inbox");
  await before.control.pause("cli anna", "worker", "orders");
  await before.control.resume("cli anna", "worker", "orders");

  const after = openControl({ store: new FilePauseStore(path) });
  await after.pauses.open();

  expect(after.pauses.isPaused("source:inbox")).toBe(true);
  expect(after.pauses.isPaused("worker:orders")).toBe(false);
  expect(after.control.status().pauses).toEqual([{ unit: "source:inbox", by: "cli anna", at: before.clock.wallNow() }]);
  expect(await readdir(join(path, ".."))).toEqual(["pauses.json"]);
});

test.each([
  ["cut off", '{"version":1,"pau'],
  ["of another version", '{"version":2,"pauses":[]}'],
  ["without a list", '{"version":1}'],
  ["holding something else", '{"version":1,"pauses":[{"unit":"inbox","by":"x","at":0}]}'],
])("a file that is %s stops the boot with a sentence that names the cure", async (_, content) => {
  const path = join(await ownDirectory(), "pauses.json");
  await writeFile(path, content);

  await expect(openControl({ store: new FilePauseStore(path) }).pauses.open()).rejects.toMatchObject({
    code: "CONTROL_PAUSE_FILE",
    message: expect.stringMatching(/pauses\.json cannot be read: .+\. Delete it to start with nothing paused/),
  });
});

test("what was kept stays when the new list cannot be written", async () => {
  const directory = await ownDirectory();
  await writeFile(join(directory, "not_a_directory"), "");
  const { control, shop } = openControl({
    store: new FilePauseStore(join(directory, "not_a_directory", "pauses.json")),
  });

  await expect(control.pause("cli", "source", "inbox")).rejects.toMatchObject({ code: "CONTROL_PAUSE_FILE" });
  expect(shop.inbox.paused).toBe(false);
});

async function ownDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "pauses-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}
