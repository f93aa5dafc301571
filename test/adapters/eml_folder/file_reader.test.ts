import { appendFile, lstat, rename, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EmlFolderFacts } from "../../../src/adapters/eml_folder/eml_folder_facts.ts";
import { FileReader } from "../../../src/adapters/eml_folder/file_reader.ts";
import { stampOf } from "../../../src/adapters/eml_folder/file_stamp.ts";
import { NewFiles } from "../../../src/adapters/eml_folder/new_files.ts";
import { SystemClock } from "../../../src/app_runtime/base/clock.ts";
import { RuntimeEventChannel } from "../../../src/app_runtime/core/runtime_event_channel.ts";
import { tempDir } from "../../support/temp_dir.ts";

/** A reader and the file it is about to read, as a look found it a moment ago. */
async function foundFile() {
  const directory = tempDir();
  const path = join(directory, "a.eml");
  await writeFile(path, "Subject: whole\n\n");
  const files = new NewFiles(0);
  const found = [{ name: "a.eml", stamp: stampOf(await lstat(path, { bigint: true })) }];
  for (const now of [0, 1]) files.found(found, 0, now);
  const facts = new EmlFolderFacts(new RuntimeEventChannel(new SystemClock()), "inbox");
  const limits = { files: 10, bytes: 1_000, maxMailBytes: 1_000 };
  return { directory, path, files, reader: new FileReader({ directory, files, facts, limits }) };
}

test("reads a file whole", async () => {
  const { reader, files } = await foundFile();
  const [read] = (await reader.read()) ?? [];
  expect(Buffer.from(read?.raw ?? []).toString()).toBe("Subject: whole\n\n");
  expect(files.backlog).toBe(1);
  expect(await reader.read()).toBeUndefined();
});

test("leaves a file that changed since it was found to a later look", async () => {
  const { path, reader, files } = await foundFile();
  await appendFile(path, "more");
  expect(await reader.read()).toEqual([]);
  expect([files.backlog, files.setAsideCount]).toEqual([0, 0]);
});

test("leaves a file that is gone to nobody", async () => {
  const { path, reader, files } = await foundFile();
  await rename(path, `${path}.away`);
  expect(await reader.read()).toEqual([]);
  expect([files.backlog, files.setAsideCount]).toEqual([0, 0]);
});

test("does not follow a link that was put in its place since", async () => {
  const { directory, path, reader, files } = await foundFile();
  await rename(path, join(directory, "other"));
  await symlink(join(directory, "other"), path);
  expect(await reader.read()).toEqual([]);
  expect(files.setAsideCount).toBe(1);
});
