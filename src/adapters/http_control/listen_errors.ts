import { messageOf, RuntimeError } from "../../app_runtime/base/runtime_error.ts";
import { type ControlConfig, loopbackHosts } from "./http_control_schema.ts";

/** Somebody else listens there, perhaps another instance of this runtime. */
export class ControlPortTakenError extends RuntimeError {
  readonly code = "CONTROL_PORT_TAKEN";

  constructor({ host, port }: ControlConfig, cause: unknown) {
    super(
      `Port ${port} on ${host} is taken by another program. Set platform.control.port to a free port, or stop the program that uses it ("ss -ltnp" shows it).`,
      { cause },
    );
  }
}

/** The address cannot be listened on: no such address here, or a port that needs more rights. */
export class ControlListenError extends RuntimeError {
  readonly code = "CONTROL_LISTEN";

  constructor({ host, port }: ControlConfig, cause: unknown) {
    super(
      `The control plane cannot listen on ${host}, port ${port}: ${messageOf(cause)}. Change platform.control.host or platform.control.port.`,
      { cause },
    );
  }
}

/** Without credentials only this machine may reach the control plane. */
export class ControlHostRefusedError extends RuntimeError {
  readonly code = "CONTROL_HOST_REFUSED";

  constructor(host: string) {
    super(
      `The control plane refuses to listen on "${host}": whoever reaches it may act, and it asks for no credentials. Set platform.control.host to ${loopbackHosts.join(", ")}.`,
    );
  }
}

/** What went wrong with listening, in the words of the config. */
export function listenError(config: ControlConfig, thrown: unknown): RuntimeError {
  const taken = Reflect.get(Object(thrown), "code") === "EADDRINUSE";
  return taken ? new ControlPortTakenError(config, thrown) : new ControlListenError(config, thrown);
}
