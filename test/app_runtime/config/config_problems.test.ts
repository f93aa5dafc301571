import { expect, test } from "vitest";

import { type ConfigCheck, renderProblem } from "../../../src/app_runtime/config/api.ts";
import { codes, fromEnv, fromSecret, load, problemsOf, valid } from "./open_config.ts";

/** One problem, as a person reads it. */
async function only(content: Record<string, unknown>, more = {}): Promise<string> {
  const problems = await problemsOf({ ...valid, ...content }, more);
  expect(problems).toHaveLength(1);
  return problems.map(renderProblem).join("\n");
}

test("all problems come at once", async () => {
  const problems = await problemsOf({
    platform: { nmae: "x", control: { port: 70_000 }, deadline: 30 },
    queues: { orders: { adapter: "memry" } },
    sources: { inbox: { adapter: "imap", mode: "pol", password: fromEnv("PASSWORD"), queue: "ordres" } },
    workers: { orders: { queue: "orders", concurrency: 0 } },
    mailOrderBod: {},
  });

  expect([...codes(problems)].sort()).toEqual([
    "KIND queues.orders.adapter",
    "MISSING sources.inbox.password",
    "REFERENCE sources.inbox.queue",
    "REQUIRED mailOrderBot.operator",
    "REQUIRED sources.inbox.host",
    "UNKNOWN_KEY mailOrderBod",
    "UNKNOWN_KEY platform.nmae",
    "VALUE platform.control.port",
    "VALUE platform.deadline",
    "VALUE sources.inbox.mode",
    "VALUE workers.orders.concurrency",
  ]);
});

test("an unknown key says what was probably meant, and where it stands", async () => {
  expect(await only({ platform: { nmae: "x" } })).toBe(
    'file.yaml:1 platform.nmae: is not a key here. Did you mean "name"?',
  );
  expect(await only({ platform: { data_dir: "x" } })).toContain('Did you mean "dataDir"?');
  expect(await only({ plattform: {} })).toContain('Did you mean "platform"?');
  expect(await only({ platform: { control: { zzz: 1 } } })).toContain("Known: host, port, token.");
});

test("a value that does not fit says what would, what stands there, and the cure", async () => {
  const cases: [Record<string, unknown>, string][] = [
    [
      { deadline: 30 },
      'expected a duration with its unit, such as "30s", "5m" or "250ms" from 1s to 10m, got 30. A number alone has no unit.',
    ],
    [{ deadline: "11m" }, 'from 1s to 10m, got "11m".'],
    [{ deadline: "half an hour" }, 'got "half an hour".'],
    [{ maxUpload: 25 }, 'expected a size with its unit, such as "64kB" or "25MB", got 25.'],
    [{ name: 42 }, "expected a text that is not empty, got 42. Put it in quotes."],
    [{ name: " " }, 'expected a text that is not empty, got " ".'],
    [{ name: { first: "x" } }, "expected a text that is not empty, got a section."],
    [{ name: ["x"] }, "got a list."],
    [{ control: { port: "80a" } }, 'expected a port number from 0 to 65535, got "80a".'],
    [{ control: { port: 80.5 } }, "got 80.5."],
    [
      { control: { host: "http://example.com" } },
      'expected a host name without scheme or port, got "http://example.com".',
    ],
    [{ control: "127.0.0.1:80" }, "expected a section with keys of its own, got a single value."],
    [{ jitter: 1.5 }, "expected a number from 0 to 1, got 1.5."],
    [{ verbose: "yes" }, 'expected true or false, got "yes".'],
    [{ tags: { a: 1 } }, "expected a list, each a text, got a section."],
    [{ tags: ["ok", 7] }, "platform.tags[1]: expected a text, got 7."],
  ];
  for (const [platform, expected] of cases) expect(await only({ platform })).toContain(expected);
});

test("numbers and truth values may come as text, as they do from the environment", async () => {
  const snapshot = await load(
    { ...valid, platform: { control: { port: fromEnv("PORT") }, verbose: "true", jitter: "0.5" } },
    { env: { PORT: "9090" } },
  );

  expect(snapshot.get("platform")).toMatchObject({ control: { port: 9090 }, verbose: true, jitter: 0.5 });
});

test("words of an enum and kinds of a unit are suggested", async () => {
  const inbox = { adapter: "imap", host: "mail.example", password: "x1", queue: "orders", mode: "pull" };
  const queues = { orders: { adapter: "memory" } };
  expect(await only({ queues, sources: { inbox } })).toContain(
    'expected one of poll, idle, got "pull". Did you mean "poll"?',
  );
  expect(await only({ queues: { orders: { adapter: "menory" } } })).toContain(
    'expected one of memory, redis, got "menory". Did you mean "memory"?',
  );
  expect(await only({ queues: { orders: {} } })).toContain(
    "queues.orders.adapter: is required and not set; expected one of memory, redis.",
  );
  expect(await only({ queues: { orders: null } })).toContain("queues.orders.adapter: is required and not set");
});

test("a reference that is missing names the key, what is missing and the cure", async () => {
  const secretsDir = "/nowhere/secrets";
  expect(await only({ platform: { name: fromEnv("SHOP_NAME") } })).toContain(
    "platform.name: needs the environment variable SHOP_NAME, which is not set. Set it before the start.",
  );
  expect(await only({ platform: { name: fromSecret("shop") } }, { secretsDir })).toContain(
    'needs the secret "shop", but /nowhere/secrets/shop cannot be read (ENOENT). Create the file.',
  );
  expect(await only({ platform: { name: fromSecret("shop") } })).toContain("but no secrets directory is given.");
  expect(await only({ platform: { name: fromSecret("../etc/passwd") } }, { secretsDir })).toContain(
    "has a reference that is not",
  );
  expect(await only({ platform: { name: `\${SHOP}` } })).toContain("Write $${ for a literal ${.");
  expect(await only({ platform: { name: `\${env:SHOP` } })).toContain("has a reference that is not");
  expect(await only({ platform: { name: fromEnv("constructor") } })).toContain("which is not set");
});

test("an overridden reference is not missed, and a literal one can be written", async () => {
  const snapshot = await load(
    { ...valid, platform: { name: fromEnv("MISSING"), dataDir: "/data/$${x}" } },
    { argv: ["--set=platform.name=y"] },
  );

  expect(snapshot.get("platform")).toMatchObject({ name: "y", dataDir: `/data/\${x}` });
});

test("names that cannot be used are refused, and those of JavaScript's own objects with them", async () => {
  const content = JSON.parse(
    '{"mailOrderBot":{"operator":"a@b.c","customers":{"__proto__":{"sender":"x@y.z"},"constructor":{}}},"queues":{"a.b":{"adapter":"memory"},"a__b":{"adapter":"memory"},"__proto__":{"adapter":"memory"},"9":{}},"__proto__":{"polluted":true}}',
  );
  const problems = await problemsOf(content);

  expect([...codes(problems)].sort()).toEqual(
    [
      "NAME mailOrderBot.customers.__proto__",
      "NAME mailOrderBot.customers.constructor",
      "NAME queues.9",
      'NAME queues."a.b"',
      "NAME queues.a__b",
      "NAME queues.__proto__",
      "UNKNOWN_KEY __proto__",
    ].sort(),
  );
  expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
});

test("environment variables and arguments that name nothing are problems", async () => {
  const env = {
    APP_RUNTIME__PLATFORM__DATADIRR: "x",
    APP_RUNTIME__PLATFORM: "x",
    APP_RUNTIME__QUEUES__NOBODY__CAPACITY: "1",
    APP_RUNTIME__PLATFORM__NAME__FIRST: "x",
    APP_RUNTIME__PLATFORM__DATA_DIR: "a",
    APP_RUNTIME__PLATFORM__DATADIR: "b",
    APP_RUNTIME__: "x",
  };
  const argv = [
    "--set",
    "platform.nmae=x",
    "--set",
    "hunter2",
    "--set=a..b=x",
    "--set",
    "platform.name.first=x",
    "--set",
    "platform.name=y",
  ];
  const problems = (await problemsOf(valid, { env, argv })).map(renderProblem);

  expect(problems).toEqual([
    '--set a..b: --set needs "path.to.key=value".',
    "--set platform.name platform.name: collides with another --set.",
    "--set platform.name.first platform.name: expected a text that is not empty, got a section.",
    '--set platform.nmae platform.nmae: is not a key here. Did you mean "name"?',
    'command line: --set needs "path.to.key=value".',
    expect.stringContaining("environment variable APP_RUNTIME__: names all of the configuration"),
    expect.stringContaining("environment variable APP_RUNTIME__PLATFORM: names all of platform"),
    'environment variable APP_RUNTIME__PLATFORM__DATADIRR: names nothing: platform has no "DATADIRR". Did you mean APP_RUNTIME__PLATFORM__DATA_DIR?',
    "environment variable APP_RUNTIME__PLATFORM__DATA_DIR platform.dataDir: names the same key as another environment variable. Remove one of the two.",
    'environment variable APP_RUNTIME__PLATFORM__NAME__FIRST: names nothing: platform.name has no "FIRST".',
    'environment variable APP_RUNTIME__QUEUES__NOBODY__CAPACITY: names nothing: queues has no "NOBODY".',
  ]);
});

test("an environment variable that may mean two units is refused", async () => {
  const queues = { fast_orders: { adapter: "memory" }, fastOrders: { adapter: "memory" } };

  expect(await only({ queues }, { env: { APP_RUNTIME__QUEUES__FAST_ORDERS__CAPACITY: "1" } })).toContain(
    'is ambiguous: in queues, "FAST_ORDERS" may be any of fast_orders, fastOrders.',
  );
});

test("a reference to a unit that is switched off says so", async () => {
  const content = { queues: { orders: { adapter: "memory", enabled: false } }, workers: { w: { queue: "orders" } } };

  expect(await only(content)).toContain(
    'workers.w.queue: names "orders", which is not one of the queues. queues.orders says "enabled: false".',
  );
});

test("a broken unit is still there for those who refer to it", async () => {
  const content = {
    ...valid,
    queues: { orders: { adapter: "memory", capacity: 0 } },
    workers: { w: { queue: "orders" } },
  };

  expect(codes(await problemsOf(content))).toEqual(["VALUE queues.orders.capacity"]);
});

test("a check that falls over alone is a problem; over a broken configuration it is not heard", async () => {
  const checks = [
    function portIsFree() {
      throw new Error("no such port");
    },
  ];
  const alone = await problemsOf(valid, { checks });
  expect(alone.map(renderProblem)).toEqual(["The check portIsFree failed: no such port"]);
  expect(codes(await problemsOf({}, { checks }))).toEqual(["REQUIRED mailOrderBot.operator"]);
});

test("what a check says of a key that is already known to be wrong is not repeated", async () => {
  const checks: ConfigCheck[] = [
    (snapshot) => ["platform.name", "platform.dataDir"].map((path) => snapshot.problem(path, "CHECK", "is not nice.")),
  ];
  const problems = await problemsOf({ ...valid, platform: { name: 1 } }, { checks });

  expect([...codes(problems)].sort()).toEqual(["CHECK platform.dataDir", "VALUE platform.name"]);
});

test("a provider that fails is a problem of its layer", async () => {
  const broken = {
    name: "config table",
    load: () => Promise.reject(new Error("connection refused")),
    watch: () => ({ [Symbol.dispose]() {} }),
  };
  const problems = await problemsOf(undefined, { providers: [broken] });

  expect(problems.map(renderProblem)).toContain("config table: The layer cannot be read: connection refused");
});

test("keys that may stand in a layer that cannot be read are not missed", async () => {
  const problem = { code: "SYNTAX", path: "", message: "A bracket is not closed." } as const;
  const watch = () => ({ [Symbol.dispose]() {} });
  const broken = { name: "bot.yaml", load: async () => ({ problems: [problem] }), watch };
  const problems = await problemsOf(undefined, { providers: [broken] });

  expect(codes(problems)).toEqual(["SYNTAX"]);
});

test("many problems are counted, not all printed", async () => {
  const platform = Object.fromEntries(Array.from({ length: 80 }, (_, i) => [`wrong${i}`, 1]));

  await expect(load({ ...valid, platform })).rejects.toThrow(
    /^The configuration has 80 problems:\n(.*\n){50} {2}… and 30 more\.$/,
  );
});
