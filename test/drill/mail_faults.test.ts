import { expect, test } from "vitest";
import { chosenDrills } from "../../drill/choice.ts";
import { mailFaults } from "../../drill/drills/mail_faults.ts";

/** The quick ones, some of each kind: `npm run drill -- mail-faults` plays all. */
const smoke = [
  "cut-during-fetch:dovecot:idle",
  "cut-during-store:dovecot:poll",
  "deaf-idle:dev_mail_server:idle",
  "lying-store:dovecot:poll",
  "too-many-connections:dev_mail_server:poll",
  "folder-recreated:dovecot:idle",
  "poison-mail:dev_mail_server:poll",
];

test("each row is played on both servers and in both modes where it can be", () => {
  const names = mailFaults.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const casesOf = (word: string) => chosenDrills(mailFaults, ["mail-faults"], [word]).map(({ name }) => name);
  expect(casesOf("server-killed")).toEqual([
    "server-killed:dovecot:poll",
    "server-killed:dovecot:idle",
    "server-killed:dev_mail_server:poll",
    "server-killed:dev_mail_server:idle",
  ]);
  expect(casesOf("deaf-idle").every((name) => name.endsWith(":idle"))).toBe(true);
  expect(() => casesOf("no-such-row")).toThrow("There is no case no-such-row.");
});

test.concurrent.each(smoke)("the drill %s finds every promise kept", { timeout: 60_000 }, async (name) => {
  const seed = Math.floor(Math.random() * 100_000);
  const [drill] = chosenDrills(mailFaults, [name], []);
  const options = { seed, fast: true, slackMs: 2_000, keep: false, say: () => undefined };
  const result = await drill?.run(options);
  const message = `npm run drill -- ${name} --fast --seed ${seed}`;
  expect(result, message).toMatchObject({ lost: 0, duplicatedEffects: 0, broken: [] });
});
