import type { KeyObjection } from "../../app_runtime/contracts/unit_kind.ts";
import { isJsonPointer } from "./json_pointer.ts";
import { schemeOf } from "./signatures/signature_check.ts";
import type { WebhookConfig } from "./webhook_schema.ts";

const loopbackHosts: ReadonlySet<string> = new Set(["127.0.0.1", "::1", "localhost"]);

/** They hold passwords, and a task is kept in clear text. */
const secretHeaders: ReadonlySet<string> = new Set(["authorization", "cookie", "proxy-authorization"]);

const headerName = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;

/** Why this configuration cannot work, with the cure; undefined when it can. */
export function objectionToWebhook(config: WebhookConfig): KeyObjection | undefined {
  return (
    objectionToPath(config) ?? objectionToSecrets(config) ?? objectionToHeaders(config) ?? objectionToPointers(config)
  );
}

function objectionToPath({ path }: WebhookConfig): KeyObjection | undefined {
  const isPath = path.startsWith("/") && URL.parse(path, "http://here")?.href === `http://here${path}`;
  if (isPath && !/[?#]/.test(path)) return undefined;
  return {
    key: "path",
    why: 'is not the path of a URL. Write one such as "/hooks/orders", without host, query and spaces.',
  };
}

function objectionToSecrets({ host, secrets = [], signature }: WebhookConfig): KeyObjection | undefined {
  if (secrets.length === 0 && !loopbackHosts.has(host)) {
    const why = `has nothing to verify senders with, and others can reach ${host}. Set secrets: ["\${secret:name}"], or host: 127.0.0.1.`;
    return { key: "secrets", why };
  }
  if (signature.scheme === "hmac" && signature.header === undefined && secrets.length > 0) {
    return { key: "signature.header", why: "is missing. `scheme: hmac` needs the name of the header with the digest." };
  }
  const scheme = schemeOf(signature);
  const wrong = secrets.findIndex((secret) => scheme.key(secret) === undefined);
  if (wrong < 0) return undefined;
  const why = `has a secret, number ${wrong + 1}, that is not base64. \`scheme: ${signature.scheme}\` needs base64, with or without "whsec_" before it.`;
  return { key: "secrets", why };
}

function objectionToHeaders({ signature, deliveryId, task }: WebhookConfig): KeyObjection | undefined {
  const names = [
    { key: "signature.header", name: signature.header },
    { key: "deliveryId.header", name: deliveryId.header },
    ...task.headers.map((name) => ({ key: "task.headers", name })),
  ];
  for (const { key, name } of names) {
    if (name !== undefined && !headerName.test(name)) return { key, why: `has "${name}", which is no header's name.` };
  }
  const secret = task.headers.find((name) => secretHeaders.has(name.toLowerCase()));
  if (secret === undefined) return undefined;
  return { key: "task.headers", why: `would keep passwords in clear text. Take out "${secret}".` };
}

function objectionToPointers({ deliveryId, task }: WebhookConfig): KeyObjection | undefined {
  if (deliveryId.header !== undefined && deliveryId.pointer !== undefined) {
    return { key: "deliveryId.pointer", why: "would not be used beside `header`. Take one of them out." };
  }
  const pointers = {
    "deliveryId.pointer": deliveryId.pointer,
    "task.orderKeyFrom": task.orderKeyFrom,
    "task.groupFrom": task.groupFrom,
  };
  for (const [key, pointer] of Object.entries(pointers)) {
    if (pointer === undefined || isJsonPointer(pointer)) continue;
    return { key, why: `is no JSON pointer. Write one such as "/customer/id" (RFC 6901).` };
  }
  return undefined;
}
