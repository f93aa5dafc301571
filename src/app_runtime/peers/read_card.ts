import type { PeerCard } from "../contracts/peers.ts";

/** The longest card that `cardOf` makes is a fraction of this. */
const longest = 100_000;
/** Of a Date, in milliseconds. */
const latestTime = 8.64e15;

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isNumber: Check = (value) => Number.isFinite(value);

const sourceShape = { name: isText, adapter: isText, state: isText };
const queueShape = { name: isText, adapter: isText, waiting: isNumber, leased: isNumber, dead: isNumber };
const poolShape = { name: isText, queue: isText, state: isText, concurrency: isNumber, busy: isNumber };

/** What /status shows of a card, and health judges it by. */
const cardShape = {
  id: isText,
  name: isText,
  host: isText,
  pid: isNumber,
  version: (value) => value === undefined || isText(value),
  configVersion: isText,
  phase: isText,
  startedAt: (value) => isNumber(value) && Math.abs(Number(value)) <= latestTime,
  everyMs: (value) => isNumber(value) && Number(value) > 0,
  sources: listOf(sourceShape),
  queues: listOf(queueShape),
  pools: listOf(poolShape),
  load: (value) => fits(value, { loopDelayMs: isNumber, rssBytes: isNumber, cpuShare: isNumber }),
} satisfies Record<keyof PeerCard, Check>;

/** Undefined when it is none that this version understands: others write where a store keeps its cards. */
export function readCard(text: string): PeerCard | undefined {
  if (text.length > longest) return undefined;
  const value = parsed(text);
  return fits(value, cardShape) ? (value as PeerCard) : undefined;
}

function listOf(shape: Readonly<Record<string, Check>>): Check {
  return (value) => Array.isArray(value) && value.every((each) => fits(each, shape));
}

function fits(value: unknown, shape: Readonly<Record<string, Check>>): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(shape).every(([name, check]) => check(Reflect.get(value, name)));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
