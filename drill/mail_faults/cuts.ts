import type { WireFault } from "../../test/support/imap_wire.ts";
import type { MailFault } from "./mail_fault.ts";

/** The connection is cut in each phase of a scan. */
export const cuts: readonly MailFault[] = [
  cut("cut-before-search", { on: /^UID SEARCH/, trouble: { kind: "cut", at: "before" } }),
  cut("cut-during-search", { on: /^UID SEARCH/, trouble: { kind: "cut", at: "during" } }),
  cut("cut-during-fetch", { on: /^UID FETCH .*BODY/, trouble: { kind: "cut", at: "during" } }),
  cut("cut-before-store", { on: /^UID STORE/, trouble: { kind: "cut", at: "before" } }),
  cut("cut-during-store", { on: /^UID STORE/, trouble: { kind: "cut", at: "instead_of_answer" } }),
  {
    ...cut("cut-during-logout", { on: /^LOGOUT/, trouble: { kind: "cut", at: "during" }, times: 3 }),
    source: (fast) => ({ freshSession: fast ? "500ms" : "5s" }),
  },
];

function cut(name: string, fault: WireFault): MailFault {
  return { name, begin: ({ scene }) => scene.wire.plan(fault) };
}
