import type { Socket } from "node:net";
import { messageOf } from "../../app_runtime/base/runtime_error.ts";
import type { DevMailLimits } from "../dev_mail_server_options.ts";
import { ImapSession, type ImapSessionParts } from "./imap_session.ts";

export interface ImapSideParts extends Omit<ImapSessionParts, "socket"> {
  readonly limits: DevMailLimits;
}

/** Serves IMAP connections, each to its end. */
export class ImapSide {
  readonly #parts: ImapSideParts;

  constructor(parts: ImapSideParts) {
    this.#parts = parts;
  }

  serve(socket: Socket): void {
    socket.setTimeout(this.#parts.limits.silenceMs, () => socket.destroy());
    const session = new ImapSession({ ...this.#parts, socket });
    session.run().catch((error: unknown) => session.bye(`Internal error: ${messageOf(error)}`));
  }
}
