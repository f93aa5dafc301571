import { describe, expect, test } from "vitest";
import { authenticateSender } from "../../../src/mail_order_bot_app/domain/authenticate_sender.ts";
import { customer } from "../customers.ts";
import { incomingMail, mailWithFields } from "../incoming_mails.ts";

const harbour = customer();
const listed = { byAddress: harbour, byDomain: harbour };
const ours = "mx.fjord.example";

describe("without proof", () => {
  test("an address on the allow-list is trusted where the customer accepts that", () => {
    const lax = customer({ acceptUnauthenticated: true });
    expect(authenticateSender(incomingMail(), { byAddress: lax }, undefined)).toMatchObject({
      kind: "trusted",
      customer: lax,
    });
    expect(authenticateSender(incomingMail(), { byAddress: lax }, ours).kind).toBe("trusted");
  });

  test("a domain is never enough", () => {
    const lax = customer({ acceptUnauthenticated: true });
    expect(authenticateSender(incomingMail(), { byDomain: lax }, undefined).kind).toBe("doubtful");
    expect(authenticateSender(incomingMail(), { byDomain: lax }, ours).kind).toBe("doubtful");
  });

  test("nobody else is trusted", () => {
    expect(authenticateSender(incomingMail(), listed, undefined)).toMatchObject({
      kind: "doubtful",
      reason: { code: "sender_not_authenticated" },
      customer: harbour,
    });
    expect(authenticateSender(incomingMail(), {}, undefined)).toMatchObject({ reason: { code: "sender_unknown" } });
  });
});

describe("with a mail server of ours that authenticates", () => {
  test.each([
    `${ours}; dmarc=pass header.from=harbour-interiors.example`,
    `${ours} 1; spf=pass smtp.mailfrom=x.example; dmarc=pass (p=none; pct=100) header.from=harbour-interiors.example`,
    `${ours.toUpperCase()}; DMARC = pass`,
  ])("%s is proof", (field) => {
    const mail = mailWithFields(`Authentication-Results: ${field}`);
    expect(authenticateSender(mail, { byDomain: harbour }, ours).kind).toBe("trusted");
  });

  test.each([
    `${ours}; dmarc=fail header.from=harbour-interiors.example`,
    `${ours}; dmarc=pass header.from=evil.example`,
    `${ours}; spf=pass; dkim=pass`,
    `${ours}; dmarc=fail (was dmarc=pass; dmarc=pass)`,
    `${ours}; dmarc=fail reason="x; dmarc=pass header.from=harbour-interiors.example"`,
    `${ours}; dmarc=passable`,
    `evil.example; dmarc=pass header.from=harbour-interiors.example`,
    "",
    "((((",
  ])("%s is none", (field) => {
    const mail = mailWithFields(`Authentication-Results: ${field}`);
    expect(authenticateSender(mail, listed, ours)).toMatchObject({ reason: { code: "sender_not_authenticated" } });
  });

  test("only the topmost field counts: what stands below it came with the mail", () => {
    const mail = mailWithFields(
      `Authentication-Results: ${ours}; dmarc=fail`,
      `Authentication-Results: ${ours}; dmarc=pass header.from=harbour-interiors.example`,
    );
    expect(authenticateSender(mail, listed, ours).kind).toBe("doubtful");
  });
});

test.each([
  ["sender_missing", []],
  ["sender_ambiguous", ["emma.clarke@harbour-interiors.example", "x@evil.example"]],
  ["sender_ambiguous", ["emma.clarke@harbour-interiors.example\r\nbcc: x@evil.example"]],
  ["sender_ambiguous", [""]],
])("%s: a mail from %j comes from nobody", (code, addresses) => {
  const mail = incomingMail({ from: addresses.map((address) => ({ name: "", address })) });
  expect(authenticateSender(mail, listed, undefined)).toMatchObject({ kind: "doubtful", reason: { code } });
});
