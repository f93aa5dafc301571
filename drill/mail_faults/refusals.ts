import type { WireFault } from "../../test/support/imap_wire.ts";
import { Crowd } from "../crowd.ts";
import { connectionLimit } from "../mail_server.ts";
import { sourceHealth } from "./health_watch.ts";
import { aWhile, type FaultAct, type MailFault } from "./mail_fault.ts";

const login = /^(AUTHENTICATE|LOGIN)/;

/** The server answers, and the answer is no, or a lie. */
export const refusals: readonly MailFault[] = [
  refusal("bye", { on: /^UID SEARCH/, trouble: { kind: "answer", status: "BYE", text: "Server shutting down" } }),
  refusal("no-to-search", { on: /^UID SEARCH/, trouble: { kind: "answer", status: "NO", text: "Not now" } }),
  refusal("no-to-fetch", { on: /^UID FETCH/, trouble: { kind: "answer", status: "NO", text: "Not now" } }),
  refusal("no-to-store", { on: /^UID STORE/, trouble: { kind: "answer", status: "NO", text: "Not now" } }),
  refusal("throttled", {
    on: /^UID (SEARCH|FETCH|STORE)/,
    trouble: { kind: "answer", status: "NO", code: "THROTTLED", text: "Too many requests" },
  }),
  refusal("throttled-with-hint", {
    on: /^UID (SEARCH|FETCH|STORE)/,
    trouble: {
      kind: "answer",
      status: "BAD",
      text: "Request is throttled. Suggested Backoff Time: 1500 milliseconds",
    },
  }),
  {
    ...refusal("lying-store", { on: /^UID STORE/, trouble: { kind: "answer", status: "OK", text: "Store completed" } }),
    lasts: "until_all_is_ordered",
  },
  {
    name: "short-literal",
    begin: ({ scene }) =>
      scene.wire.plan({ on: /^UID FETCH .*BODY/, trouble: { kind: "short_literal", missingBytes: 7 } }),
  },
  loginRefusal("limit-at-login", "LIMIT", "Maximum number of connections exceeded"),
  {
    ...loginRefusal("login-refused", "AUTHENTICATIONFAILED", "Authentication failed"),
    lasts: "until_health_fails",
    // After a refused password the bot is patient, lest the account be locked: somebody who mended it says so.
    end: async ({ scene, bot }) => {
      scene.wire.clear();
      await bot.control.trigger("inbox");
    },
  },
  {
    name: "wrong-password-in-config",
    begin: ({ scene, bot }) => {
      scene.writeConfig({ sources: { inbox: { password: "not the secret" } } });
      bot.signal("SIGHUP");
    },
    struck: async ({ bot }) => (await sourceHealth(bot)) === "fail",
    end: ({ scene, bot }) => {
      scene.writeConfig();
      bot.signal("SIGHUP");
    },
  },
  tooManyConnections(),
];

function refusal(name: string, fault: WireFault): MailFault {
  return { name, begin: ({ scene }) => scene.wire.plan({ ...fault, times: Number.POSITIVE_INFINITY }), lasts: aWhile };
}

function loginRefusal(name: string, code: string, text: string): MailFault {
  return {
    name,
    begin: ({ scene }) => {
      const trouble = { kind: "answer", status: "NO", code, text } as const;
      scene.wire.plan({ on: login, trouble, times: Number.POSITIVE_INFINITY });
      scene.imap.cutNow();
    },
    lasts: aWhile,
  };
}

/** Somebody else's leaked connections take all the room there is. */
function tooManyConnections(): MailFault {
  const crowds = new WeakMap<FaultAct["scene"], Crowd>();
  return {
    name: "too-many-connections",
    begin: async ({ scene }) => {
      await scene.imap.refuse();
      scene.imap.cutNow();
      crowds.set(scene, await Crowd.gather({ ...roomOf(scene), size: connectionLimit }));
      await scene.imap.accept();
    },
    struck: async ({ bot }) => (await sourceHealth(bot)) !== "pass",
    lasts: aWhile,
    end: ({ scene }) => crowds.get(scene)?.leave(),
  };
}

function roomOf({ server }: FaultAct["scene"]) {
  const { host, port, user, password } = server;
  return { host, port, user, password };
}
