import { expect, test } from "vitest";
import { LineSink } from "../../../src/adapters/pino_log/line_sink.ts";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";

test("lines arrive whole and in order although the disk takes only a few bytes at a time", async () => {
  const { sink, disk } = openSink();
  disk.atOnce = 3;

  for (let i = 0; i < 5; i += 1) sink.write(`line ${i}\n`);
  await sink.flush(1_000);

  expect(disk.text).toBe("line 0\nline 1\nline 2\nline 3\nline 4\n");
});

test("while the disk is full lines are lost and counted; then it says how many and why", async () => {
  const { sink, disk, recoveries } = openSink();
  disk.failure = Object.assign(new Error("no space left on device"), { code: "ENOSPC" });

  sink.write("a\n");
  await sink.flush(1_000);
  sink.write("b\n");
  await sink.flush(1_000);
  expect([sink.lost, sink.trouble]).toEqual([2, "no space left on device"]);

  disk.failure = undefined;
  sink.write("c\n");
  await sink.flush(1_000);

  expect(recoveries).toEqual([[2, "no space left on device"]]);
  expect([sink.lost, sink.trouble, disk.text]).toEqual([2, undefined, "c\n"]);
});

test("after half a line was written the next begins on a line of its own", async () => {
  const { sink, disk } = openSink();
  disk.atOnce = 4;
  disk.failAfter = 4;

  sink.write("half a line\n");
  await sink.flush(1_000);
  disk.failAfter = Number.POSITIVE_INFINITY;
  disk.failure = undefined;
  sink.write("whole\n");
  await sink.flush(1_000);

  expect(disk.text).toBe("half\nwhole\n");
});

test("a reader that is slow is waited for without holding anybody up; beyond the bound lines are lost", async () => {
  const { sink, disk, clock } = openSink({ maxBuffered: 20 });
  disk.failure = Object.assign(new Error("try again"), { code: "EAGAIN" });

  for (let i = 0; i < 10; i += 1) sink.write(`line ${i}\n`);
  await clock.advance(250);
  expect([sink.lost, sink.trouble]).toEqual([7, "whoever reads the log is too slow"]);

  disk.failure = undefined;
  await clock.advance(100);
  expect(disk.text).toBe("line 0\nline 1\nline 2\n");
  expect(clock.pending).toBe(0);
});

test("flushing ends after its limit although the reader is stuck", async () => {
  const { sink, disk, clock } = openSink();
  disk.failure = Object.assign(new Error("try again"), { code: "EAGAIN" });
  sink.write("a\n");

  const flushed = expect(sink.flush(1_000)).rejects.toMatchObject({ code: "TIME_LIMIT" });
  await clock.advance(1_000);
  await flushed;

  disk.failure = undefined;
  await clock.advance(100);
  expect(clock.pending).toBe(0);
});

function openSink({ maxBuffered = 1_000 } = {}) {
  const clock = new ManualClock();
  const disk = new FakeDisk();
  const recoveries: [number, string][] = [];
  const onRecovered = (lost: number, cause: string) => void recoveries.push([lost, cause]);
  const sink = new LineSink({ fd: 1, clock, onRecovered, maxBuffered, write: (bytes) => disk.write(bytes) });
  return { sink, disk, clock, recoveries };
}

/** A disk that can be slow, small and full. */
class FakeDisk {
  text = "";
  atOnce = Number.POSITIVE_INFINITY;
  failAfter = Number.POSITIVE_INFINITY;
  failure: Error | undefined;

  write(bytes: Uint8Array): Promise<number> {
    if (this.text.length >= this.failAfter) return Promise.reject(new Error("no space left on device"));
    if (this.failure !== undefined) return Promise.reject(this.failure);
    const taken = bytes.subarray(0, this.atOnce);
    this.text += Buffer.from(taken).toString();
    return Promise.resolve(taken.length);
  }
}
