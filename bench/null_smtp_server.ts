import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";

/** Calls `use` with the port of an SMTP server that takes every mail and forgets it. */
export async function withNullSmtpServer<T>(use: (port: number) => Promise<T>): Promise<T> {
  const server = new SMTPServer({
    disabledCommands: ["AUTH", "STARTTLS"],
    disableReverseLookup: true,
    onData: (stream, _session, taken) => {
      stream.on("end", () => taken());
      stream.resume();
    },
  });
  // A bot that is done hangs up; that is no trouble of ours.
  server.on("error", () => undefined);
  const listening = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", () => listening.resolve());
  await listening.promise;
  try {
    return await use((server.server.address() as AddressInfo).port);
  } finally {
    const closed = Promise.withResolvers<void>();
    server.close(() => closed.resolve());
    await closed.promise;
  }
}
