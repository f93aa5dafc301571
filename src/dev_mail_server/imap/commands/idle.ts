import { bad, type ImapCommand, ok } from "../command.ts";

/** IDLE, RFC 9051 section 6.3.13: news are sent as they happen until the client says DONE. */
export const idleCommand: ImapCommand = {
  verbs: ["IDLE"],
  needs: "login",
  async run({ session, trouble }) {
    const deaf = trouble?.kind === "deaf";
    session.continue("idling");
    if (!deaf) session.tellNews();
    // One write per turn of the loop, however many changes it brought.
    let scheduled = false;
    const tellSoon = () => {
      if (scheduled || deaf) return;
      scheduled = true;
      queueMicrotask(() => {
        scheduled = false;
        session.tellNews();
      });
    };
    using _news = session.selected?.onNews(tellSoon);
    const line = await session.line();
    if (deaf) session.selected?.takeNews({ expunges: true }); // lost, not late
    return line === undefined || line.toUpperCase() === "DONE" ? ok("Idle ended") : bad("Expected DONE");
  },
};
