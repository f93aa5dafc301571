import { guardAgainstLeaks } from "../../support/leak_guard.ts";
import { mailServerHosts, type TestMailServerHost } from "../../support/mail_servers.ts";
import { mailSourceKeepsItsPromises, type PlaceOptions } from "../source_promises.ts";
import { MailDesk } from "./mail_desk.ts";

for (const { name, start } of mailServerHosts) {
  mailSourceKeepsItsPromises(`imap on ${name}`, async () => {
    const host = await start();
    return { place: () => mailboxPlace(host), stop: () => host.stop() };
  });
}

async function mailboxPlace(host: TestMailServerHost) {
  const server = await host.account();
  guardAgainstLeaks();
  const desk = new MailDesk(server.connection);
  const delivered: number[] = [];
  const numbers = async (isSuch: (flags: ReadonlySet<string>) => boolean) =>
    [...(await server.flags())]
      .flatMap(([uid, flags]) => (isSuch(flags) ? [delivered[uid - 1] ?? Number.NaN] : []))
      .sort();
  const isFailed = (flags: ReadonlySet<string>) => flags.has("$BotFailed");
  return {
    desk,
    deliver: async (number: number, raw: string) => {
      delivered.push(number);
      await server.deliver(raw);
    },
    open: async ({ maxMailSize, ...options }: PlaceOptions = {}) =>
      desk.open({ ...options, ...(maxMailSize === undefined ? {} : { config: { maxMailSize } }) } as never),
    fresh: () => numbers((flags) => !flags.has("\\Seen") && !isFailed(flags)),
    done: () => numbers((flags) => flags.has("\\Seen")),
    failed: () => numbers(isFailed),
  };
}
