import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { SignatureCheck } from "../../../src/adapters/webhook/signatures/signature_check.ts";
import { openHook } from "./open_webhook.ts";
import { signGithub, signStandard, signStripe } from "./sign.ts";

const fiveMinutes = 300_000 as never;
const body = JSON.stringify({ id: "evt_1", item: "12 chairs" });
const standardSecret = `whsec_${Buffer.from("a key of some length").toString("base64")}`;

function check(scheme: "standard" | "github" | "stripe" | "hmac", secret: string, header?: string): SignatureCheck {
  const signature = { scheme, tolerance: fiveMinutes, ...(header !== undefined && { header }) };
  return new SignatureCheck({ signature, secrets: [secret] });
}

test("GitHub's own example is verified", () => {
  const headers = { "x-hub-signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17" };
  const github = check("github", "It's a Secret to Everybody");
  expect(() => github.verify(headers, Buffer.from("Hello, World!"), 0)).not.toThrow();
  expect(() => github.verify(headers, Buffer.from("Hello, World?"), 0)).toThrow("does not fit");
});

test("the example of the Standard Webhooks specification is verified, also under Svix's names", () => {
  const values = ["msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="];
  const payload = Buffer.from('{"test": 2432232314}');
  for (const prefix of ["webhook", "svix"]) {
    const standard = check("standard", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", `${prefix}-signature`);
    const headers = Object.fromEntries(
      ["id", "timestamp", "signature"].map((name, i) => [`${prefix}-${name}`, values[i]]),
    );
    expect(() => standard.verify(headers, payload, 1_614_265_330_000)).not.toThrow();
    expect(() => standard.verify({ ...headers, [`${prefix}-id`]: "msg_2" }, payload, 1_614_265_330_000)).toThrow();
  }
});

test.each(["hex", "base64"] as const)("a digest alone is verified, as %s", (encoding) => {
  const digest = createHmac("sha256", "s3cret").update(body).digest(encoding);
  const hmac = check("hmac", "s3cret", "X-Shop-Hmac");
  expect(() => hmac.verify({ "x-shop-hmac": digest }, Buffer.from(body), 0)).not.toThrow();
  expect(() => hmac.verify({ "x-shop-hmac": digest }, Buffer.from(`${body} `), 0)).toThrow("does not fit");
});

test("Stripe's signature is verified, with several digests while its secret changes", () => {
  const now = 1_767_225_600_000;
  const stripe = check("stripe", "whsec_abc");
  const { "stripe-signature": header = "" } = signStripe("whsec_abc", body, now / 1_000);
  const [time = "", digest = ""] = header.split(",");
  const both = `${time},v1=${"0".repeat(64)},${digest}`;
  for (const value of [header, both]) {
    expect(() => stripe.verify({ "stripe-signature": value }, Buffer.from(body), now)).not.toThrow();
  }
});

test.each<[string, () => SignatureCheck, Record<string, string>]>([
  ["no header at all", () => check("github", "s"), {}],
  ["an empty header", () => check("github", "s"), { "x-hub-signature-256": "" }],
  ["a digest that is too short", () => check("github", "s"), { "x-hub-signature-256": "sha256=00" }],
  ["SHA-1", () => check("github", "s"), { "x-hub-signature-256": `sha1=${"0".repeat(40)}` }],
  ["two headers in one", () => check("github", "s"), { "x-hub-signature-256": "sha256=00, sha256=11" }],
  ["a signature without a time", () => check("stripe", "s"), { "stripe-signature": `v1=${"0".repeat(64)}` }],
  ["a time that is none", () => check("stripe", "s"), { "stripe-signature": `t=now,v1=${"0".repeat(64)}` }],
  ["a time alone", () => check("stripe", "s"), { "stripe-signature": "t=1" }],
  ["an old version alone", () => check("stripe", "s"), { "stripe-signature": `t=1,v0=${"0".repeat(64)}` }],
  ["no id", () => check("standard", "AAAA"), { "webhook-timestamp": "1", "webhook-signature": "v1,x" }],
  [
    "an asymmetric signature alone",
    () => check("standard", "AAAA"),
    { "webhook-id": "a", "webhook-timestamp": "1", "webhook-signature": `v1a,${"A".repeat(86)}==` },
  ],
])("%s is refused", (_, make, headers) => {
  expect(() => make().verify(headers, Buffer.from(body), 1_000)).toThrow(
    expect.objectContaining({ code: "WEBHOOK_SIGNATURE" }),
  );
});

test("a body that was tampered with is refused, and becomes no task", async () => {
  const hook = await openHook({ config: { secrets: ["s3cret"], signature: { scheme: "github" } } });

  const answer = await hook.post(body.replace("12", "13"), signGithub("s3cret", body, "d"));

  expect([answer.status, answer.json.code]).toEqual([401, "WEBHOOK_SIGNATURE"]);
  expect(answer.headers).toHaveProperty("www-authenticate");
  expect(JSON.stringify(answer)).not.toMatch(/chairs|s3cret/);
  expect(await hook.journal.list({ state: "offered", limit: 1 })).toEqual([]);
});

test("while a secret is replaced both are right, and afterwards only the new one", async () => {
  const signature = { scheme: "github" };
  const hook = await openHook({ config: { secrets: ["old", "new"], signature } });
  const send = async (secret: string, id: string) => (await hook.post(body, signGithub(secret, body, id))).status;

  expect([await send("old", "a"), await send("new", "b"), await send("other", "c")]).toEqual([202, 202, 401]);
  expect(await hook.reconfigure({ secrets: ["new"], signature })).toMatchObject({ kind: "applied" });
  expect([await send("old", "d"), await send("new", "e"), await send("new", "b")]).toEqual([401, 202, 200]);
});

test.each([
  ["standard", (at: number) => signStandard(standardSecret, body, "msg_1", at), "webhook:hook:msg_1"],
  ["stripe", (at: number) => signStripe(standardSecret, body, at), "webhook:hook:evt_1"],
])("%s: a signature is believed as long as the tolerance says", async (scheme, sign, taskId) => {
  const config = { secrets: [standardSecret], signature: { scheme, tolerance: "2m" } };
  const hook = await openHook({ config });
  const now = hook.clock.wallNow() / 1_000;

  const old = await hook.post(body, sign(now - 121));
  const early = await hook.post(body, sign(now + 121));
  expect([old.status, early.status]).toEqual([400, 400]);
  expect(old.json).toMatchObject({ code: "WEBHOOK_TIMESTAMP", detail: expect.stringContaining("121 s ago") });
  expect(early.json.detail).toContain("121 s in the future");
  expect((await hook.post(body, sign(now - 119))).json).toEqual({ taskId, duplicate: false });
  expect((await hook.post(body, sign(now))).json).toEqual({ taskId, duplicate: true });
});

test("several wrong signatures in a row are a warning, until one fits", async () => {
  const hook = await openHook({ config: { secrets: ["s3cret"], signature: { scheme: "github" } } });
  for (const id of ["a", "b", "c"]) await hook.post(body, signGithub("wrong", body, id));

  expect(hook.health()).toMatchObject({ state: "warn", output: expect.stringContaining("Compare `secrets`") });
  expect(hook.facts("webhook_refused")).toHaveLength(1); // nobody can flood the log
  await hook.clock.advance(60_000);
  await hook.post(body, signGithub("wrong", body, "d"));
  expect(hook.facts("webhook_refused").at(-1)?.fields).toMatchObject({ code: "WEBHOOK_SIGNATURE", count: 3 });
  await hook.post(body, signGithub("s3cret", body, "e"));
  expect(hook.health()?.state).toBe("pass");
});
