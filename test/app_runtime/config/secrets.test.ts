import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";

import { expect, onTestFinished, test } from "vitest";

import { type ConfigCheck, renderOutcome, renderProblem } from "../../../src/app_runtime/config/api.ts";
import { checks, fromEnv, fromSecret, load, openConfig, problemsOf } from "./open_config.ts";

const password = "hunter2-from-a-file";
const token = "tok-in-clear-text";
const fromEnvironment = "pass-from-the-environment";

/** A directory with one secret, `imap`, ending as editors end files. */
async function secretsDir(text = `${password}\n`): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "secrets-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  await writeFile(join(directory, "imap"), text);
  return directory;
}

/** Secrets in every position: sensitive keys, keys that are not, in the middle of a text, in a list. */
function content(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    platform: { control: { token }, tags: ["open", fromSecret("imap")], ...more },
    mailOrderBot: { operator: "ops@example.com", banner: `signed ${fromSecret("imap")}!` },
    queues: { orders: { adapter: "redis", url: `redis://bot:${fromSecret("imap")}@localhost` } },
    sources: {
      inbox: { adapter: "imap", host: "mail.example", password: fromSecret("imap"), queue: "orders" },
      other: { adapter: "imap", host: "mail.example", password: fromEnv("PW"), queue: "orders" },
    },
  };
}

function expectNoSecretIn(output: unknown): void {
  const texts = [typeof output === "string" ? output : JSON.stringify(output), inspect(output, { depth: 20 })].join(
    "\n",
  );
  for (const secret of [password, token, fromEnvironment]) expect(texts).not.toContain(secret);
}

test("code gets the secret in clear; the line break at the end of its file is not part of it", async () => {
  const snapshot = await load(content(), { secretsDir: await secretsDir(), env: { PW: fromEnvironment } });

  expect(snapshot.units("sources").get("inbox")?.config.password).toBe(password);
  expect(snapshot.units("sources").get("other")?.config.password).toBe(fromEnvironment);
  expect(snapshot.units("queues").get("orders")?.config.url).toBe(`redis://bot:${password}@localhost`);
});

test("nothing that prints a snapshot shows a secret, wherever it was put", async () => {
  const snapshot = await load(content(), { secretsDir: await secretsDir(), env: { PW: fromEnvironment } });

  expectNoSecretIn(snapshot);
  expectNoSecretIn(snapshot.masked());
  expectNoSecretIn(snapshot.leaves());
  expectNoSecretIn(String(snapshot));
  expectNoSecretIn(snapshot.maskText(`cannot log in with ${password} or ${token} or ${fromEnvironment}`));
  expect(snapshot.masked().sources).toMatchObject({
    inbox: { password: "***", host: "mail.example", pollInterval: "30s" },
  });
  expect(snapshot.masked().queues).toMatchObject({ orders: { url: "***" } });
  expect(snapshot.masked().platform).toMatchObject({ maxUpload: "25MB", tags: "***" });
});

test("an origin names the reference, never what it stands for", async () => {
  const snapshot = await load(content(), { secretsDir: await secretsDir(), env: { PW: fromEnvironment } });

  expect(snapshot.origin("sources.inbox.password")?.references).toEqual(["secret:imap"]);
  expect(snapshot.origin("sources.other.password")?.references).toEqual(["env:PW"]);
});

test("a secret that does not fit its key is not shown in the problem", async () => {
  const wrong = {
    platform: {
      control: { port: fromSecret("imap"), token: [token] },
      deadline: fromSecret("imap"),
      name: `${fromSecret("imap")}`,
    },
    mailOrderBot: { operator: fromSecret("imap"), allowed: [fromSecret("imap")], banner: { text: "x" } },
    sources: {
      inbox: { adapter: fromSecret("imap"), host: fromSecret("imap"), queue: "orders" },
      other: {
        adapter: "imap",
        host: "mail.example",
        password: { value: token },
        queue: password,
        mode: fromSecret("imap"),
      },
    },
  };
  const problems = await problemsOf(wrong, { secretsDir: await secretsDir("hunter2-from-a-file") });

  expect(problems.length).toBeGreaterThan(8);
  expectNoSecretIn(problems);
  expectNoSecretIn(problems.map(renderProblem));
  expect(problems.map(renderProblem).join("\n")).toContain('sources.other.queue: names "***"');
});

test("a secret too short or too long to be recognised in a text is not shown either", async () => {
  for (const text of ["abc", `long-${"x".repeat(200)}`]) {
    const platform = { control: { port: fromSecret("imap") }, tags: "a", deadline: fromSecret("imap") };
    const messages = (await problemsOf({ platform }, { secretsDir: await secretsDir(text) })).map(renderProblem);

    expect(messages.join("\n")).not.toContain(text.slice(0, 8));
    expect(messages.filter((message) => message.includes("got a value that is not shown"))).toHaveLength(2);
  }
});

test("a secret that stands in the wrong shape is blotted out elsewhere too", async () => {
  const problems = await problemsOf({
    platform: { control: { token: [token] } },
    mailOrderBot: { operator: `ops ${token}` },
  });

  expect(problems).toHaveLength(2);
  expectNoSecretIn(problems);
});

test("a check that speaks of a secret is silenced", async () => {
  const talkative: ConfigCheck = (snapshot) => [
    snapshot.problem("sources.inbox.password", "CHECK", `is too weak: ${password}`),
  ];
  const problems = await problemsOf(content(), {
    secretsDir: await secretsDir(),
    env: { PW: fromEnvironment },
    checks: [...checks, talkative],
  });

  expect(problems.map(({ message }) => message)).toEqual(["is too weak: ***"]);
});

test("the command line and the environment give no secret away", async () => {
  const problems = await problemsOf(content(), {
    secretsDir: await secretsDir(),
    env: {
      PW: fromEnvironment,
      APP_RUNTIME__PLATFORM__CONTROL__TOKEN: token,
      APP_RUNTIME__PLATFORM__CONTROL__TOKN: token,
    },
    argv: [
      "--set",
      `sources.inbox.password=${password}`,
      "--set",
      `sources.inbox.pasword=${password}`,
      "--set",
      password,
    ],
  });

  expect(problems).toHaveLength(3);
  expectNoSecretIn(problems.map(renderProblem));
});

test("a reload tells that a secret has changed, not what it is", async () => {
  const directory = await secretsDir();
  const { manager, file, outcomes } = openConfig(content(), { secretsDir: directory, env: { PW: fromEnvironment } });
  const first = await manager.load();
  await writeFile(join(directory, "imap"), "hunter3-is-another");
  manager.subscribe({ name: "late", changed: () => Promise.reject(new Error("cannot use hunter3-is-another")) });

  const outcome = await manager.reload("SIGHUP");
  file.content = content({ deadline: fromSecret("imap") });
  const refused = await manager.reload("SIGHUP");

  expect(outcome).toMatchObject({
    kind: "applied",
    difference: { units: { sources: { added: [], removed: [], changed: ["inbox"] } } },
    complaints: [{ subscriber: "late", reason: "cannot use ***" }],
  });
  expect(refused.kind).toBe("invalid");
  expect(manager.current.version.split("-")[1]).toBe(first.version.split("-")[1]);
  for (const output of [
    outcome,
    refused,
    outcomes,
    manager.history(),
    renderOutcome(outcome),
    renderOutcome(refused),
  ]) {
    expectNoSecretIn(output);
    expect(inspect(output, { depth: 20 })).not.toContain("hunter3");
  }
});
