import { createHmac } from "node:crypto";

type Headers = Readonly<Record<string, string>>;

/** As senders do it, apart from the code under test. */
export function signGithub(secret: string, body: string, id?: string): Headers {
  const digest = createHmac("sha256", secret).update(body).digest("hex");
  return { "x-hub-signature-256": `sha256=${digest}`, ...(id !== undefined && { "x-github-delivery": id }) };
}

export function signStripe(secret: string, body: string, seconds: number): Headers {
  const digest = createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex");
  return { "stripe-signature": `t=${seconds},v1=${digest},v0=${"0".repeat(64)}` };
}

export function signStandard(secret: string, body: string, id: string, seconds: number): Headers {
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const digest = createHmac("sha256", key).update(`${id}.${seconds}.${body}`).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": String(seconds), "webhook-signature": `v1,${digest}` };
}
