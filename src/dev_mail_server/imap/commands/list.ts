import type { Mailbox } from "../../mailboxes/mailbox.ts";
import { hierarchySeparator } from "../../mailboxes/mailboxes.ts";
import { type CommandCall, type ImapCommand, ok } from "../command.ts";
import { fitsListPattern } from "../list_pattern.ts";
import { quoted } from "../text_format.ts";

/** LIST, RFC 9051 section 6.3.9, without the extended options. */
export const listCommand: ImapCommand = {
  verbs: ["LIST"],
  needs: "login",
  run: (call) => list("LIST", call),
};

/** The untagged rows of LIST and LSUB: every mailbox counts as subscribed. */
export function list(verb: "LIST" | "LSUB", { session, args }: CommandCall) {
  const reference = args.text("reference");
  const pattern = args.text("pattern");
  args.end();
  if (pattern === "") session.tell(`${verb} (\\Noselect) "${hierarchySeparator}" ""`);
  const all = session.mailboxes.all();
  for (const mailbox of all) {
    if (!fitsListPattern(mailbox.name, reference + pattern)) continue;
    session.tell(`${verb} (${attributesOf(mailbox, all).join(" ")}) "${hierarchySeparator}" ${quoted(mailbox.name)}`);
  }
  return ok("Done");
}

function attributesOf(mailbox: Mailbox, all: readonly Mailbox[]): string[] {
  const hasChildren = all.some((each) => each.name.startsWith(mailbox.name + hierarchySeparator));
  const attributes = [hasChildren ? "\\HasChildren" : "\\HasNoChildren"];
  if (mailbox.name === "Sent") attributes.push("\\Sent");
  return attributes;
}
