import { execFileSync } from "node:child_process";
import { appendFile, chmod, mkdir, open, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { TaskId } from "../../../src/app_runtime/contracts/task.ts";
import { guardAgainstLeaks } from "../../support/leak_guard.ts";
import { eventually } from "../../support/source_desk.ts";
import { orderMail } from "../imap/order_mail.ts";
import { FolderDesk, type FolderRun } from "./folder_desk.ts";

function openDesk(): FolderDesk {
  guardAgainstLeaks();
  return new FolderDesk();
}

/** No look but by hint within a test. */
const seldom = { rescanInterval: "1h" };

const looks = (run: FolderRun) => run.source.status().lastProofAt ?? 0;

async function someLooks(run: FolderRun, times = 3): Promise<void> {
  for (let look = 0; look < times; look += 1) {
    const before = looks(run);
    run.source.trigger();
    await eventually(() => expect(looks(run)).toBeGreaterThan(before));
  }
}

test("makes its rooms below the directory, and takes a file at once when the system tells of it", async () => {
  const desk = openDesk();
  const run = await (await desk.open({ config: seldom })).start();
  await eventually(() => expect(run.source.status()).toMatchObject({ state: "running", facts: { listening: true } }));
  await desk.deliver("a.eml", orderMail(1));
  await eventually(() => expect(run.names).toEqual(["a.eml"]));
  await eventually(async () => expect(await desk.names("cur")).toHaveLength(1));
  expect(await desk.names("new")).toEqual([]);
  expect(run.source.status().facts).toMatchObject({ foundByRescan: 0 });
});

test("goes on hearing of new files after the directory it listened to was exchanged", async () => {
  const desk = openDesk();
  const run = await (await desk.open({ config: seldom })).start();
  await eventually(() => expect(run.source.status().state).toBe("running"));
  await mkdir(join(desk.directory, "other"));
  await writeFile(join(desk.directory, "other", "a.eml"), orderMail(1));
  await rename(join(desk.directory, "new"), join(desk.directory, "old"));
  await rename(join(desk.directory, "other"), join(desk.directory, "new"));
  run.source.trigger();
  await eventually(() => expect(run.names).toEqual(["a.eml"]));
  await desk.deliver("b.eml", orderMail(2));
  await eventually(() => expect(run.names).toEqual(["a.eml", "b.eml"]));
});

test("leaves a file alone while it grows, and takes it whole", async () => {
  const desk = openDesk();
  const run = await (await desk.open({ config: { settleTime: "150ms" } })).start();
  await eventually(() => expect(run.source.status().state).toBe("running"));
  const whole = orderMail(1, "line\r\n".repeat(200));
  const path = desk.path("new", "slow.eml");
  for (let from = 0; from < whole.length; from += 200) {
    await appendFile(path, whole.slice(from, from + 200));
    await someLooks(run, 1);
    expect(run.handled).toEqual([]);
  }
  await eventually(() => expect(run.handled).toHaveLength(1));
  expect(run.handled[0]?.size).toBe(whole.length);
  await eventually(async () => expect(await desk.contents("cur")).toEqual([whole]));
});

test("takes another mail under a name that was there before, and keeps both", async () => {
  const desk = openDesk();
  const run = await (await desk.open()).start();
  await desk.deliver("order.eml", orderMail(1));
  await eventually(async () => expect(await desk.names("cur")).toHaveLength(1));
  await desk.deliver("order.eml", orderMail(2));
  await eventually(async () => expect(await desk.contents("cur")).toEqual([orderMail(1), orderMail(2)]));
  expect(run.names).toEqual(["order.eml", "order.eml"]);
  for (const name of await desk.names("cur")) expect(name).toMatch(/^order\.[0-9a-f]{16}\.eml$/);
});

test("a file that is replaced while its mail is worked on is not moved in its stead, but is a mail of its own", async () => {
  const desk = openDesk();
  await desk.deliver("order.eml", orderMail(1));
  const run = await (await desk.open({ work: () => "held" })).start();
  await eventually(() => expect(run.handled).toHaveLength(1));
  await desk.deliver("order.eml", orderMail(2));
  await run.finishHeld();
  await eventually(() => expect(run.handled).toHaveLength(2));
  expect(run.facts).toContain("eml_file_replaced");
  expect(await desk.contents("cur")).toEqual([]);
  await run.finishHeld();
  await eventually(async () => expect(await desk.contents("cur")).toEqual([orderMail(2)]));
});

test("a mail that somebody else takes away while it is worked on is settled all the same", async () => {
  const desk = openDesk();
  await desk.deliver("order.eml", orderMail(1));
  const run = await (await desk.open({ work: () => "held" })).start();
  await eventually(() => expect(run.handled).toHaveLength(1));
  await rm(desk.path("new", "order.eml"));
  await run.finishHeld();
  await eventually(() => expect(run.source.status()).toMatchObject({ settled: 1, inFlight: 0 }));
  expect(run.facts).toContain("eml_file_gone");
});

test("a dead letter that is dropped again stays one, with a word on what to do", async () => {
  const desk = openDesk();
  await desk.deliver("a.eml", orderMail(1));
  const run = await (await desk.open({ work: () => "dead" })).start();
  await eventually(async () => expect(await desk.names("failed")).toHaveLength(1));
  const [failed = ""] = await desk.names("failed");
  await rename(desk.path("failed", failed), desk.path("new", failed));
  await eventually(async () => expect([await desk.names("new"), await desk.names("failed")]).toEqual([[], [failed]]));
  expect(run.handled).toHaveLength(1);
  expect(run.facts).toContain("eml_dead_again");
});

test("never follows a link, and takes no directory, pipe or empty file, and says so once", async () => {
  const desk = openDesk();
  await writeFile(join(desk.directory, "secret"), orderMail(9));
  await desk.deliver("good.eml", orderMail(1));
  await symlink(join(desk.directory, "secret"), desk.path("new", "link.eml"));
  await symlink("/nowhere", desk.path("new", "dangling.eml"));
  await mkdir(desk.path("new", "folder.eml"));
  execFileSync("mkfifo", [desk.path("new", "pipe.eml")]);
  await writeFile(desk.path("new", "empty.eml"), "");
  await writeFile(desk.path("new", ".hidden"), orderMail(8));
  const run = await (await desk.open()).start();
  await eventually(() => expect(run.source.status().facts.setAside).toBe(5));
  await someLooks(run, 5);
  expect(run.names).toEqual(["good.eml"]);
  const told = run.events.flatMap((event) =>
    event.kind === "unit.fact" && event.code === "eml_file_set_aside" ? [String(event.fields.file)] : [],
  );
  expect([...told].sort()).toEqual(["dangling.eml", "empty.eml", "folder.eml", "link.eml", "pipe.eml"]);
  expect(run.source.health()).toMatchObject({
    state: "warn",
    output: expect.stringContaining("5 file(s) stay in new/"),
  });

  await rm(desk.path("new", "link.eml"));
  await rm(desk.path("new", "dangling.eml"));
  await rm(desk.path("new", "folder.eml"), { recursive: true });
  await rm(desk.path("new", "pipe.eml"));
  await writeFile(desk.path("new", "empty.eml"), orderMail(2));
  await eventually(() => expect(run.names).toEqual(["good.eml", "empty.eml"]));
  await eventually(() => expect(run.source.health().state).toBe("pass"));
});

test("a name that is not UTF-8 is said to be that", async () => {
  const desk = openDesk();
  await mkdir(join(desk.directory, "new"));
  const name = Buffer.concat([
    Buffer.from(`${join(desk.directory, "new")}/f`),
    Buffer.from([0xff]),
    Buffer.from(".eml"),
  ]);
  await writeFile(name, orderMail(1));
  const run = await (await desk.open()).start();
  await eventually(() => expect(run.source.health().output).toContain("is not UTF-8"));
  await rename(name, desk.path("new", "f.eml"));
  await eventually(() => expect(run.names).toEqual(["f.eml"]));
});

test("a file without read permission waits for it, and the others do not wait for the file", async () => {
  const desk = openDesk();
  await desk.deliver("locked.eml", orderMail(1));
  await desk.deliver("open.eml", orderMail(2));
  await chmod(desk.path("new", "locked.eml"), 0);
  const run = await desk.open();
  const restore = await asOrdinaryUser(desk);
  await run.start();
  await eventually(() => expect(run.names).toEqual(["open.eml"]));
  await eventually(() =>
    expect(run.source.health()).toMatchObject({ state: "warn", output: expect.stringContaining("no permission") }),
  );
  await chmod(desk.path("new", "locked.eml"), 0o600);
  await eventually(() => expect(run.names).toEqual(["open.eml", "locked.eml"]));
  await eventually(() => expect(run.source.health().state).toBe("pass"));
  await run.stop();
  restore();
});

test("a directory nobody may read is said to be that, and it recovers", async () => {
  const desk = openDesk();
  await desk.deliver("a.eml", orderMail(1));
  const run = await desk.open();
  const restore = await asOrdinaryUser(desk);
  await chmod(join(desk.directory, "new"), 0);
  await run.start();
  await eventually(() => expect(run.source.status().state).toBe("degraded"));
  expect(run.source.health()).toMatchObject({ state: "fail", output: expect.stringContaining("no permission for") });
  await chmod(join(desk.directory, "new"), 0o700);
  await eventually(async () => expect(await desk.names("cur")).toHaveLength(1));
  await eventually(() => expect(run.source.status().state).toBe("running"));
  await run.stop();
  restore();
});

test("a directory that becomes read-only keeps its finished files, says so, and handles none of them again", async () => {
  const desk = openDesk();
  await desk.deliver("a.eml", orderMail(1));
  const run = await desk.open({ work: () => "held" });
  const restore = await asOrdinaryUser(desk);
  await run.start();
  await eventually(() => expect(run.handled).toHaveLength(1));
  await chmod(join(desk.directory, "new"), 0o500);
  await run.finishHeld();
  await eventually(() => expect(run.facts).toContain("eml_move_refused"));
  expect(run.source.health().output).toContain("1 finished file(s) cannot be moved out of new/: no permission for");
  await chmod(join(desk.directory, "new"), 0o700);
  await eventually(async () => expect(await desk.names("cur")).toHaveLength(1));
  await eventually(() => expect(run.source.health().state).toBe("pass"));
  expect(run.handled).toHaveLength(1);
  await run.stop();
  restore();
});

test("a directory that is not there, or vanishes, is waited for and never made", async () => {
  const desk = openDesk();
  await desk.deliver("a.eml", orderMail(1));
  const away = `${desk.directory}-away`;
  await rename(desk.directory, away);
  onTestFinished(() => rm(away, { recursive: true, force: true }));
  const run = await (await desk.open({ work: () => "held" })).start();
  await eventually(() => expect(run.source.status()).toMatchObject({ state: "degraded", backlog: 0 }));
  expect(run.source.health()).toMatchObject({
    state: "warn",
    output: expect.stringContaining("does not exist. Create it"),
  });
  await rename(away, desk.directory);
  await eventually(() => expect(run.names).toEqual(["a.eml"]));

  run.source.pause();
  await desk.deliver("b.eml", orderMail(2));
  await eventually(() => expect(run.source.status().backlog).toBe(1));
  await rename(desk.directory, away);
  await eventually(() => expect(run.source.status()).toMatchObject({ state: "degraded", backlog: 0 }));
  await run.finishHeld();
  await eventually(() => expect(run.source.health().output).toContain("does not exist"));
  await rename(away, desk.directory);
  await eventually(async () => expect(await desk.contents("cur")).toEqual([orderMail(1)]));
  await eventually(() => expect(run.source.status()).toMatchObject({ state: "paused", settled: 1, inFlight: 0 }));
  expect(run.names).toEqual(["a.eml"]);
  run.source.resume();
  await eventually(() => expect(run.names).toEqual(["a.eml", "b.eml"]));
});

test("what dies while its directory is away is not taken for gone, and goes to failed when it is back", async () => {
  const desk = openDesk();
  await desk.deliver("a.eml", orderMail(1));
  const run = await (await desk.open({ work: () => "held" })).start();
  await eventually(() => expect(run.handled).toHaveLength(1));
  const away = `${desk.directory}-away`;
  await rename(desk.directory, away);
  onTestFinished(() => rm(away, { recursive: true, force: true }));
  const [taskId = "?" as TaskId] = run.taskIds;
  await desk.journal.dead(taskId, "rejected", "not for us", 1);
  await eventually(() => expect(run.facts).toContain("eml_move_refused"));
  expect(await desk.journal.unsettled("inbox", 10)).toHaveLength(1);
  await rename(away, desk.directory);
  await eventually(async () => expect(await desk.contents("failed")).toEqual([orderMail(1)]));
  await eventually(() => expect(run.source.status().settled).toBe(1));
  expect(run.facts).not.toContain("eml_file_gone");
});

test("what was done in an earlier run is not settled in the journal before its file was found", async () => {
  const desk = openDesk();
  await desk.deliver("a.eml", orderMail(1));
  const first = await (await desk.open({ work: () => "held" })).start();
  await eventually(() => expect(first.handled).toHaveLength(1));
  const [taskId = "?" as TaskId] = first.taskIds;
  await first.crash();
  await desk.journal.done(taskId);

  desk.blobs.failure = new Error("disk full");
  const second = await (await desk.open()).start();
  await eventually(() => expect(second.source.status().state).toBe("degraded"));
  await someLooks(second);
  expect(await desk.journal.unsettled("inbox", 10)).toHaveLength(1);
  desk.blobs.failure = undefined;
  await eventually(async () => expect(await desk.journal.unsettled("inbox", 10)).toEqual([]));
  expect(await desk.contents("cur")).toEqual([orderMail(1)]);
  expect(second.handled).toEqual([]);
});

test("a file name cannot write lines into the log", async () => {
  const desk = openDesk();
  await mkdir(desk.path("new", "x\n2026 error all is lost\u001b[2J"), { recursive: true });
  const run = await (await desk.open()).start();
  await eventually(() => expect(run.source.health().output).toContain('"x?2026 error all is lost?[2J"'));
  const told = run.events.find((event) => event.kind === "unit.fact" && event.code === "eml_file_set_aside");
  expect(JSON.stringify(told)).not.toMatch(/\\n|\\u001b/);
});

test("a finished file that cannot be moved is not handled again, and is moved as soon as it can be", async () => {
  const desk = openDesk();
  await desk.deliver("a.eml", orderMail(1));
  const run = await (await desk.open({ work: () => "held" })).start();
  await eventually(() => expect(run.handled).toHaveLength(1));
  await rm(join(desk.directory, "cur"), { recursive: true });
  await writeFile(join(desk.directory, "cur"), "in the way");
  await run.finishHeld();
  await eventually(() => expect(run.facts).toContain("eml_move_refused"));
  expect(run.source.status()).toMatchObject({ settled: 0, inFlight: 1, facts: { unmoved: 1 } });
  await eventually(() => expect(run.source.health().output).toContain("is not a directory"));
  await rm(join(desk.directory, "cur"));
  await eventually(async () => expect(await desk.contents("cur")).toEqual([orderMail(1)]));
  await eventually(() => expect(run.source.health().state).toBe("pass"));
  expect(run.handled).toHaveLength(1);
});

test("does not read a huge file whole, and tells two of one size apart by their ends", async () => {
  const desk = openDesk();
  const size = 3 * 1024 ** 3;
  await mkdir(join(desk.directory, "new"));
  for (const number of [1, 2]) {
    const file = await open(desk.path("new", `huge-${number}.eml`), "w");
    await file.write(orderMail(number), 0);
    await file.truncate(size);
    await file.close();
  }
  await copySparse(desk.path("new", "huge-1.eml"), desk.path("new", "huge-3.eml"));
  const run = await (await desk.open()).start();
  await eventually(async () => expect(await desk.names("cur")).toHaveLength(3));
  expect(run.handled).toHaveLength(2);
  for (const mail of run.handled) expect(mail).toMatchObject({ tooLarge: true, size, from: "jo@customer.example" });
});

test("takes the oldest first", async () => {
  const desk = openDesk();
  for (const number of [1, 2, 3]) {
    await desk.deliver(`${number}.eml`, orderMail(number));
    await utimes(desk.path("new", `${number}.eml`), 1_000_000 - number, 1_000_000 - number);
  }
  const run = await (await desk.open()).start();
  await eventually(() => expect(run.names).toEqual(["3.eml", "2.eml", "1.eml"]));
});

test("does not lose mails while the blob store fails, and says so", async () => {
  const desk = openDesk();
  desk.blobs.failure = new Error("disk full");
  await desk.deliver("a.eml", orderMail(1));
  const run = await (await desk.open()).start();
  await eventually(() => expect(run.source.status()).toMatchObject({ state: "degraded", backlog: 1 }));
  expect(run.source.health()).toMatchObject({ state: "fail", output: "Storing mails failed: disk full" });
  desk.blobs.failure = undefined;
  await eventually(async () => expect(await desk.names("cur")).toHaveLength(1));
  expect(run.source.health().state).toBe("pass");
});

/**
 * The rest of the test runs without the rights of root, in a directory that is its own; tells how to get them back. Whatever
 * has code of its own to load must run by then: the project may lie where only root may read.
 */
async function asOrdinaryUser(desk: FolderDesk): Promise<() => void> {
  if (process.getuid?.() !== 0) return () => undefined;
  const nobody = 65_534;
  execFileSync("chown", ["-R", `${nobody}:${nobody}`, desk.directory]);
  const restore = () => {
    process.seteuid?.(0);
    process.setegid?.(0);
  };
  process.setegid?.(nobody);
  process.seteuid?.(nobody);
  onTestFinished(restore);
  return restore;
}

async function copySparse(from: string, to: string): Promise<void> {
  execFileSync("cp", ["--sparse=always", from, to]);
}
