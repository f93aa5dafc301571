import { expect, test } from "vitest";

import { ConfigInvalidError, renderProblem } from "../../../src/app_runtime/config/api.ts";
import { fromEnv, fromSecret, openConfig } from "./open_config.ts";

/** Small and repeatable: a failing seed is printed and can be run again. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

const secret = "s3cret-everywhere";

const names = [
  ...[
    "platform",
    "mailOrderBot",
    "queues",
    "sources",
    "workers",
    "control",
    "port",
    "token",
    "customers",
    "audit",
    "tags",
  ],
  ...[
    "adapter",
    "enabled",
    "capacity",
    "queue",
    "password",
    "host",
    "url",
    "operator",
    "acme",
    "orders",
    "inbox",
    "deadline",
  ],
  ...[
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "a.b",
    "",
    " ",
    "ключ",
    "x".repeat(200),
    "[0]",
    "_cvtProperties",
  ],
];

const scalars = [
  ...[null, undefined, true, false, 0, -1, 1.5, 1e308, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60],
  ...[
    "",
    " ",
    "memory",
    "imap",
    "redis",
    "30s",
    "25MB",
    "8080",
    "a@b.c",
    "redis://x",
    "\0",
    "\n",
    "\u{1F4A5}",
    "x".repeat(5000),
  ],
  ...[fromEnv("SET"), fromEnv("UNSET"), fromSecret("none"), "${", "$${", "${}", "${env:}", "${env:${env:SET}}", secret],
  ...[10n, Symbol("s"), () => 1, new Date(0), /x/, new Map([["a", 1]])],
];

function garbage(random: () => number, depth: number): unknown {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const dice = random();
  if (depth === 0 || dice < 0.35) return pick<unknown>(scalars);
  const size = Math.floor(random() * 6);
  if (dice < 0.45) return Array.from({ length: size }, () => garbage(random, depth - 1));
  const entries = Array.from({ length: size }, () => [pick(names), garbage(random, depth - 1)] as const);
  return Object.fromEntries(entries);
}

/** Mostly of the right shape, so that the garbage gets past the first door. */
function document(random: () => number): unknown {
  if (random() < 0.1) return garbage(random, 4);
  const sections = ["platform", "mailOrderBot", "queues", "sources", "workers"].filter(() => random() < 0.8);
  return Object.fromEntries(sections.map((name) => [name, garbage(random, 4)]));
}

test("whatever a document holds, it is accepted or refused with problems, and shows no secret", async () => {
  for (let seed = 1; seed <= 400; seed += 1) {
    const random = randomOf(seed);
    const env = { SET: secret, APP_RUNTIME__PLATFORM__CONTROL__TOKEN: secret, [`APP_RUNTIME__${random()}`]: "x" };
    const content = { low: document(random), high: document(random) };
    const { manager } = openConfig(content.low, {
      env,
      argv: ["--set", `sources.inbox.password=${secret}`],
      defaults: [{ source: "module", values: content.high as Record<string, unknown> }],
    });
    await manager.load().then(
      (snapshot) => expect(JSON.stringify(snapshot), `seed ${seed}`).not.toContain(secret),
      (error: unknown) => {
        expect(error, `seed ${seed}`).toBeInstanceOf(ConfigInvalidError);
        const problems = (error as ConfigInvalidError).problems;
        expect(problems.length).toBeGreaterThan(0);
        expect(problems.map(renderProblem).join("\n"), `seed ${seed}`).not.toContain(secret);
      },
    );
  }
});

test("data that contains itself, and data that is too deep, is refused", async () => {
  const circle: Record<string, unknown> = {};
  circle.platform = circle;
  const { manager } = openConfig(circle);

  await expect(manager.load()).rejects.toThrow("is nested deeper than 32 levels");
});
