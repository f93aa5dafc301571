import type { FaultAct, MailFault } from "./mail_fault.ts";

/** What the server says does not arrive, and nobody is told. */
export const silences: readonly MailFault[] = [
  {
    name: "black-hole-at-rest",
    begin: vanishAtRest,
    struck: ({ scene }) => scene.imap.swallowedBytes > 0,
    lasts: "until_health_fails",
  },
  {
    name: "black-hole-during-fetch",
    begin: ({ scene }) => scene.wire.plan({ on: /^UID FETCH .*BODY/, trouble: { kind: "black_hole", at: "during" } }),
    lasts: "until_health_fails",
  },
  // It must be noticed by itself: nothing comes back.
  {
    name: "half-open-at-rest",
    begin: ({ scene, mode }) =>
      scene.wire.plan({ on: mode === "idle" ? /^IDLE/ : /^NOOP/, trouble: { kind: "forget", at: "during" } }),
    lasts: "until_all_is_ordered",
  },
  {
    name: "half-open-during-fetch",
    begin: ({ scene }) => scene.wire.plan({ on: /^UID FETCH .*BODY/, trouble: { kind: "forget", at: "during" } }),
    lasts: "until_all_is_ordered",
  },
  {
    name: "deaf-idle",
    modes: ["idle"],
    begin: ({ scene }) => {
      scene.wire.changes.lostCounts = Number.POSITIVE_INFINITY;
    },
    lasts: "until_all_is_ordered",
  },
  {
    name: "lost-exists",
    modes: ["idle"],
    begin: ({ scene }) => {
      scene.wire.changes.lostCounts = 1;
    },
    lasts: "until_all_is_ordered",
    noMailMeanwhile: true, // it would bring the next count
  },
  {
    name: "no-idle",
    modes: ["idle"],
    begin: ({ scene }) => {
      scene.wire.changes.hiddenCapability = "IDLE";
      scene.imap.cutNow();
    },
    lasts: "until_all_is_ordered",
  },
];

/** While the server is listened to, or between two looks. */
function vanishAtRest({ scene, mode }: FaultAct): void {
  if (mode === "idle") scene.wire.plan({ on: /^IDLE/, trouble: { kind: "black_hole", at: "during" } });
  else scene.imap.blackHole();
}
