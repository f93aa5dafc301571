import { expect, onTestFinished, test } from "vitest";
import { Oauth2Grants, tokenFileOf } from "../../../src/adapters/oauth2/oauth2_grants.ts";
import { SmtpMailer } from "../../../src/adapters/smtp/smtp_mailer.ts";
import type { SmtpMessage } from "../../../src/adapters/smtp/smtp_message.ts";
import { type SmtpConfig, smtpSchema } from "../../../src/adapters/smtp/smtp_schema.ts";
import { SystemClock } from "../../../src/app_runtime/base/clock.ts";
import { guardAgainstLeaks } from "../../support/leak_guard.ts";
import { startOauthServer } from "../../support/oauth_server.ts";
import { parsedConfig } from "../../support/parsed_config.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { openSink } from "./smtp_sink.ts";

const user = "orders@shop.example";

const confirmation: SmtpMessage = {
  messageId: "<1@shop.example>",
  envelopeFrom: "",
  from: { name: "Shop", address: user },
  to: { name: "Emma", address: "emma@harbour.example" },
  subject: "Your order",
  references: [],
  headers: {},
  text: "12 chairs",
};

/** A mail server that takes the tokens of a provider, a user who has logged in there, and a mailer with that login. */
async function openMailer() {
  guardAgainstLeaks();
  const oauth = await startOauthServer();
  onTestFinished(() => oauth.down());
  const sink = await openSink();
  const given: string[] = [];
  sink.ownerOf = async (token) => {
    given.push(token);
    return await oauth.ownerOf(token);
  };
  const [clock, dataDir] = [new SystemClock(), tempDir()];
  const refreshToken = await oauth.login(user);
  await tokenFileOf("orders", oauth.grant(), dataDir).write(refreshToken);
  const grants = { orders: oauth.grant() };
  const oauth2 = new Oauth2Grants({ config: { grants }, dataDir, clock, loginCommand: () => "log me in" });
  const mailerOf = (login: string) => {
    const place = { host: sink.host, port: sink.port, security: "none" };
    const config = parsedConfig(smtpSchema, { ...place, user: login, auth: "oauth2", grant: "orders" }) as SmtpConfig;
    const mailer = new SmtpMailer({ config, clock, tokens: oauth2.accessTokens("orders") });
    onTestFinished(() => mailer.close());
    return mailer;
  };
  return { oauth, sink, given, refreshToken, mailerOf, mailer: mailerOf(user) };
}

test("a mail is sent with an access token", async () => {
  const { sink, given, mailer } = await openMailer();
  expect(await mailer.send(confirmation)).toMatchObject({ kind: "sent" });
  expect(sink.received).toHaveLength(1);
  expect(given).toHaveLength(1);
});

test.each(["535", "334"] as const)(
  "a token that was taken back is replaced while the mail waits (%s)",
  async (reply) => {
    const { oauth, sink, given, mailer } = await openMailer();
    sink.refusesTokensWith = reply;
    await mailer.send(confirmation);
    await oauth.revokeAccess(given[0] ?? "");
    await mailer.close();
    expect(await mailer.send(confirmation)).toMatchObject({ kind: "sent" });
    expect(new Set(given).size).toBe(2);
  },
);

test("without a token nothing is said about the mail, and it can be sent when there is one again", async () => {
  const { oauth, mailer } = await openMailer();
  await oauth.down();
  expect(await mailer.send(confirmation)).toEqual({
    kind: "unreachable",
    text: expect.stringMatching(
      /^127\.0\.0\.1:\d+ gives no access token for grant "orders" \(connect ECONNREFUSED .*\)\.$/,
    ),
  });
  await oauth.up();
  expect(await mailer.send(confirmation)).toMatchObject({ kind: "sent" });
});

test("a login that is over is told with the command to type", async () => {
  const { oauth, refreshToken, mailer } = await openMailer();
  await oauth.revokeLogin(refreshToken);
  expect(await mailer.send(confirmation)).toEqual({
    kind: "unreachable",
    text: expect.stringMatching(/is over .* Somebody has to log in: log me in$/),
  });
});

test("a token of somebody else is named, and holds no secret", async () => {
  const { given, mailerOf } = await openMailer();
  const result = await mailerOf("somebody.else@shop.example").send(confirmation);
  expect(result).toMatchObject({ kind: "unreachable", text: expect.stringContaining("refuses the access token") });
  expect(given).toHaveLength(2);
  for (const token of given) expect(JSON.stringify(result)).not.toContain(token);
});

test("a mailer that is closed while it waits for a token ends the mail, and takes no harm from the token", async () => {
  const { oauth, sink, mailer } = await openMailer();
  const asked = Promise.withResolvers<() => void>();
  oauth.trouble = (request, response) => asked.resolve(() => oauth.answer(request, response));
  const sending = mailer.send(confirmation);
  const answerNow = await asked.promise;
  await mailer.close();
  expect(await sending).toMatchObject({ kind: "unreachable", text: expect.stringContaining("closed") });
  oauth.trouble = undefined;
  answerNow();
  expect(await mailer.send(confirmation)).toMatchObject({ kind: "sent" });
  expect(sink.received).toHaveLength(1);
});
