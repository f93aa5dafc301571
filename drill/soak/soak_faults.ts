import type { WireFault } from "../../test/support/imap_wire.ts";
import type { SeededRandom } from "../seeded_random.ts";
import type { SoakedBot } from "./soaked_bot.ts";

/** Something that goes wrong for a while in a soak. */
export interface SoakFault {
  readonly name: string;
  /** Share among the others; default 1. */
  readonly weight?: number;
  /** Longest time it may last; absent: it is over at once. */
  readonly maxMs?: number;
  begin(bot: SoakedBot, random: SeededRandom): void | Promise<void>;
  end?(bot: SoakedBot): void | Promise<void>;
}

const halfAMinute = 30_000;

const phases: readonly WireFault[] = [
  { on: /^UID SEARCH/, trouble: { kind: "cut", at: "during" } },
  { on: /^UID FETCH .*BODY/, trouble: { kind: "cut", at: "during" } },
  { on: /^UID STORE/, trouble: { kind: "cut", at: "before" } },
  { on: /^UID STORE/, trouble: { kind: "cut", at: "instead_of_answer" } },
  { on: /^UID SEARCH/, trouble: { kind: "answer", status: "BYE", text: "Server shutting down" } },
];

const soakFaults: readonly SoakFault[] = [
  { name: "cut", weight: 2, begin: ({ scene }) => scene.imap.cutNow() },
  { name: "cut-in-a-phase", weight: 2, begin: ({ scene }, random) => scene.wire.plan(random.pick(phases)) },
  {
    name: "black-hole",
    maxMs: halfAMinute,
    begin: ({ scene }) => scene.imap.blackHole(),
    end: ({ scene }) => scene.imap.pass(),
  },
  {
    name: "deaf",
    maxMs: halfAMinute,
    begin: ({ scene }) => {
      scene.wire.changes.lostCounts = Number.POSITIVE_INFINITY;
    },
    end: ({ scene }) => {
      scene.wire.changes.lostCounts = 0;
    },
  },
  {
    name: "server-restart",
    maxMs: 10_000,
    begin: ({ scene }) => scene.server.crash(),
    end: ({ scene }) => scene.server.start(),
  },
  { name: "kill", weight: 0.5, begin: (bot) => bot.killAndRestart() },
  {
    name: "smtp-down",
    maxMs: halfAMinute,
    begin: async ({ scene }) => {
      await scene.smtp.refuse();
      scene.noteDeath({ at: Date.now() }); // a 250 that is on its way is lost with its connection
      scene.smtp.cutNow();
    },
    end: ({ scene }) => scene.smtp.accept(),
  },
  { name: "mode-reload", begin: (bot) => bot.changeMode() },
  {
    name: "pause",
    maxMs: 10_000,
    begin: ({ control }) => control.pause("inbox"),
    end: ({ control }) => control.resume("inbox"),
  },
];

/** By weight. */
export function pickFault(random: SeededRandom): SoakFault {
  const weightOf = ({ weight = 1 }: SoakFault) => weight;
  let left = random.next() * soakFaults.reduce((sum, fault) => sum + weightOf(fault), 0);
  for (const fault of soakFaults) {
    left -= weightOf(fault);
    if (left < 0) return fault;
  }
  return random.pick(soakFaults);
}
