import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import {
  DataDirectoryHeldError,
  DataDirectoryHold,
  DataDirectoryUnusableError,
} from "../../../src/adapters/journal_sqlite/data_directory_hold.ts";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";
import { tempDir } from "../../support/temp_dir.ts";

const clock = new ManualClock();

async function holdInAnotherProcess(directory: string) {
  const child = fork(new URL("./hold_directory.ts", import.meta.url), [directory], { execArgv: [] });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child, "message");
  return child;
}

test("a directory in use is refused, naming who holds it", async () => {
  const directory = tempDir();
  const child = await holdInAnotherProcess(directory);

  const take = () => DataDirectoryHold.take(directory, clock);
  expect(take).toThrow(DataDirectoryHeldError);
  expect(take).toThrow(`process ${child.pid} on ${hostname()} since `);
  expect(take).toThrow("hold_directory.ts");
});

test("the hold of a process that was killed is taken over", async () => {
  const directory = tempDir();
  const child = await holdInAnotherProcess(directory);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(existsSync(join(directory, "held_by.json"))).toBe(true);

  DataDirectoryHold.take(directory, clock).release();
});

test("a second hold within one process is refused too, until the first is released", () => {
  const directory = tempDir();
  const first = DataDirectoryHold.take(directory, clock);
  expect(() => DataDirectoryHold.take(directory, clock)).toThrow(DataDirectoryHeldError);
  first.release();
  first.release();
  DataDirectoryHold.take(directory, clock).release();
  expect(existsSync(join(directory, "held_by.json"))).toBe(false);
});

test("the note names the program and none of its arguments, which may hold a password", async () => {
  const directory = tempDir();
  await holdInAnotherProcess(directory);
  const note = JSON.parse(readFileSync(join(directory, "held_by.json"), "utf8"));
  expect(note.command).toMatch(/hold_directory\.ts$/);
});

test("only its owner may look into a directory that it makes", () => {
  const directory = join(tempDir(), "data");
  const hold = DataDirectoryHold.take(directory, clock);
  onTestFinished(() => hold.release());
  const modeOf = (name: string) => (statSync(join(directory, name)).mode & 0o777).toString(8);
  expect(["", "held_by.json", "held_by.lock"].map(modeOf)).toEqual(["700", "600", "600"]);
});

test("a note that cannot be read does not hide the hold", () => {
  const directory = tempDir();
  const first = DataDirectoryHold.take(directory, clock);
  onTestFinished(() => first.release());
  writeFileSync(join(directory, "held_by.json"), "{");
  expect(() => DataDirectoryHold.take(directory, clock)).toThrow("a process that has just started");
});

test("several share a directory, and nobody has it alone meanwhile", () => {
  const directory = tempDir();
  const share = () => DataDirectoryHold.take(directory, clock, "shared");
  const [first, second] = [share(), share()];
  expect(() => DataDirectoryHold.take(directory, clock)).toThrow("platform.sharing.mode: standby");
  first.release();
  expect(() => DataDirectoryHold.take(directory, clock)).toThrow(DataDirectoryHeldError);
  second.release();

  const alone = DataDirectoryHold.take(directory, clock);
  onTestFinished(() => alone.release());
  expect(share).toThrow(DataDirectoryHeldError);
});

test("a place where no directory can be is named, with what to change", () => {
  const file = join(tempDir(), "a_file");
  writeFileSync(file, "");
  for (const place of [file, join(file, "below")]) {
    expect(() => DataDirectoryHold.take(place, clock)).toThrow(DataDirectoryUnusableError);
    expect(() => DataDirectoryHold.take(place, clock)).toThrow(/cannot be used: .*Set platform\.dataDir/);
  }
});

test("a directory in which nothing can be written is named, and not held", () => {
  const directory = tempDir();
  const inTheWay = join(directory, `held_by.json.${process.pid}.new`); // as a full disk would be
  mkdirSync(inTheWay);
  expect(() => DataDirectoryHold.take(directory, clock)).toThrow(DataDirectoryUnusableError);
  expect(() => DataDirectoryHold.take(directory, clock)).toThrow("make room on its disk");

  rmdirSync(inTheWay);
  const hold = DataDirectoryHold.take(directory, clock);
  hold.release();
});
