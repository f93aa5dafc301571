import type { OrderMail } from "../order_mails.ts";
import type { Scene } from "../scene.ts";
import { sourceHealth } from "./health_watch.ts";
import { aWhile, type MailFault } from "./mail_fault.ts";

const hourMs = 3_600_000;
const poison = "a mail that no connection survives";

/** The server, the mailbox, a mail or the clock is not what it was. */
export const changes: readonly MailFault[] = [
  {
    name: "server-killed",
    begin: ({ scene }) => scene.server.crash(),
    struck: () => true,
    lasts: aWhile,
    end: ({ scene }) => scene.server.start(),
  },
  // New mails get the numbers of old ones that were done and are gone.
  {
    name: "renumbered",
    // Only a new session sees it.
    source: (fast) => ({ freshSession: fast ? "2s" : "30s" }),
    begin: async ({ scene }) => {
      await scene.clearMailbox();
      scene.server.forgetUids();
    },
    struck: () => true,
    lasts: "until_all_is_ordered",
  },
  {
    name: "renumbered-by-restart",
    begin: async ({ scene }) => {
      await scene.clearMailbox();
      await scene.server.crash();
      scene.server.forgetUids();
    },
    struck: () => true,
    lasts: aWhile,
    end: ({ scene }) => scene.server.start(),
  },
  {
    name: "folder-recreated",
    folder: "Orders",
    begin: ({ scene }) => scene.server.deleteFolder(),
    struck: async ({ bot }) => (await sourceHealth(bot)) === "fail",
    noMailMeanwhile: true,
    end: restoreFolder,
  },
  poisonMail(),
  clockJump("clock-an-hour-ahead", hourMs),
  clockJump("clock-an-hour-back", -hourMs),
];

/** With all mails that were in it, out of a backup: unread, and under new numbers. */
async function restoreFolder({ scene }: { readonly scene: Scene }): Promise<void> {
  await scene.server.createFolder();
  for (const { raw } of scene.mails) scene.server.deliver(raw);
}

/** The connection dies each time one of the mails is on it; the others must get through. */
function poisonMail(): MailFault {
  const poisoned = new WeakMap<Scene, OrderMail>();
  return {
    name: "poison-mail",
    // It is tried again after each planned renewal.
    source: (fast) => ({ freshSession: fast ? "2s" : "30s" }),
    begin: ({ scene }) => {
      scene.wire.changes.poison = poison;
      poisoned.set(scene, scene.deliverWithSubject(poison));
    },
    lasts: "until_all_is_ordered",
    end: ({ scene }) => {
      scene.wire.clear();
      const mail = poisoned.get(scene);
      if (mail !== undefined) scene.mails.push(mail);
    },
  };
}

/** The wall clock jumps, a session begins under it, and it jumps back. */
function clockJump(name: string, jumpMs: number): MailFault {
  return {
    name,
    faults: { clockJumpMs: jumpMs },
    begin: ({ scene, bot }) => {
      bot.signal("SIGUSR2");
      scene.imap.cutNow();
    },
    struck: () => true,
    lasts: "until_all_is_ordered",
    end: ({ bot }) => bot.signal("SIGUSR2"),
  };
}
