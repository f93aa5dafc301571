import { expect, test } from "vitest";
import { loadSampleMails } from "../../../src/mail_order_bot_app/infrastructure/sample_mails.ts";
import { openOrderDesk } from "../order_desk.ts";

const seed = 20_261_120;

/** Mulberry32: small, and the same on every machine. */
function randomNumbers(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Flips, cuts, doubles and mixes what a mail is made of. */
function mutated(raw: Uint8Array, other: Uint8Array, random: () => number): Uint8Array {
  const at = Math.floor(random() * raw.length);
  const length = Math.floor(random() * 200);
  switch (Math.floor(random() * 6)) {
    case 0: {
      const copy = new Uint8Array(raw);
      for (let i = 0; i < 1 + length / 10; i += 1)
        copy[Math.floor(random() * copy.length)] = Math.floor(random() * 256);
      return copy;
    }
    case 1:
      return raw.slice(0, at);
    case 2:
      return raw.slice(at);
    case 3:
      return Buffer.concat([raw.subarray(0, at), raw.subarray(Math.min(raw.length, at + length))]);
    case 4:
      return Buffer.concat([
        raw.subarray(0, at),
        other.subarray(Math.floor(random() * other.length)),
        raw.subarray(at),
      ]);
    default:
      return Uint8Array.from({ length }, () => Math.floor(random() * 256));
  }
}

test("any bytes end as accept, review, reject or ignore, and are stored once", async () => {
  const desk = await openOrderDesk();
  const random = randomNumbers(seed);
  const samples = (await loadSampleMails()).map((sample) => sample.raw);
  const pick = () => samples[Math.floor(random() * samples.length)] ?? new Uint8Array();
  const tries = 600;
  for (let i = 0; i < tries; i += 1) {
    const raw = mutated(pick(), pick(), random);
    const { decision, commit } = await desk.handIn(raw).catch((error: unknown) => {
      throw new Error(`seed ${seed}, try ${i}: ${Buffer.from(raw).toString("base64")}`, { cause: error });
    });
    expect(["accept", "review", "reject", "ignore"]).toContain(decision.kind);
    expect(decision.reasons.length).toBeGreaterThan(0);
    expect(commit.kind).toBe("committed");
  }
  expect(desk.book.committed).toHaveLength(tries);
});

test.each(["", "\r\n", "\n\n\n", "\u0000", ":", "From:", "=?utf-8?B?", "--", "\ufeff"])(
  "%j is a mail for a person",
  async (text) => {
    const { decision } = await (await openOrderDesk()).handIn(Buffer.from(text));
    expect(decision).toMatchObject({ kind: "review", reasons: [{ code: "sender_missing" }] });
  },
);
