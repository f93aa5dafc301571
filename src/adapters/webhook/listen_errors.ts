import { messageOf, RuntimeError } from "../../app_runtime/base/runtime_error.ts";

/** Where senders reach it. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** Somebody else listens there, perhaps an instance of this runtime that is about to stop. */
export class WebhookPortTakenError extends RuntimeError {
  readonly code = "WEBHOOK_PORT_TAKEN";

  constructor({ host, port }: ListenAddress, cause: unknown) {
    super(
      `Port ${port} on ${host} is taken by another program. Set the source's port to a free one, or stop the program that uses it ("ss -ltnp" shows it).`,
      { cause },
    );
  }
}

/** The address cannot be listened on: no such address here, or a port that needs more rights. */
export class WebhookListenError extends RuntimeError {
  readonly code = "WEBHOOK_LISTEN";

  constructor({ host, port }: ListenAddress, cause: unknown) {
    super(`Cannot listen on ${host}, port ${port}: ${messageOf(cause)}. Change the source's host or port.`, { cause });
  }
}

/** What went wrong with listening, in the words of the config. */
export function listenError(address: ListenAddress, thrown: unknown): RuntimeError {
  const taken = Reflect.get(Object(thrown), "code") === "EADDRINUSE";
  return taken ? new WebhookPortTakenError(address, thrown) : new WebhookListenError(address, thrown);
}
