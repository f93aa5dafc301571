import { join } from "node:path";
import { freePort } from "../test/support/free_port.ts";

export interface Demo {
  /** Command line of the demonstration. */
  readonly args: readonly string[];
  readonly controlUrl: string;
}

/** The last words of its summary. */
export const summaryPrinted = "It keeps running.";

/** The embedded demonstration with a mailbox of its own in `directory`, on ports nobody uses. */
export async function demoIn(directory: string): Promise<Demo> {
  const [controlPort, imapPort, smtpPort] = [await freePort(), await freePort(), await freePort()];
  const settings = {
    "platform.dataDir": join(directory, "data"),
    "platform.log.file": join(directory, "runtime.log"),
    "platform.control.port": controlPort,
    "platform.demo.imapPort": imapPort,
    "platform.demo.smtpPort": smtpPort,
    "platform.demo.inbox": join(directory, "inbox"),
    "platform.demo.sent": join(directory, "sent"),
    "platform.smtp.port": smtpPort,
    "sources.inbox.port": imapPort,
  };
  return {
    args: Object.entries(settings).flatMap(([key, value]) => ["--set", `${key}=${value}`]),
    controlUrl: `http://127.0.0.1:${controlPort}`,
  };
}
