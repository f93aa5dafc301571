import type { StoredMail } from "../../mailboxes/mailbox.ts";
import { type ImapCommand, ok, type SelectedCall } from "../command.ts";
import { type FetchItem, parseFetchItems } from "../fetch_items.ts";
import { sectionOf } from "../mail_sections.ts";
import { formatDateTime } from "../text_format.ts";

/** FETCH and UID FETCH, RFC 9051 section 6.4.5, without ENVELOPE, BODYSTRUCTURE and numbered parts. */
export const fetchCommand: ImapCommand = {
  verbs: ["FETCH", "UID FETCH"],
  needs: "mailbox",
  holdsExpunges: true,
  async run(call) {
    const { session, selected, args, byUid } = call;
    const mails = selected.resolve(args.text("sequence set"), byUid);
    const items = wanted(parseFetchItems(args.listOrOne("fetch items")), byUid);
    args.end();
    if (items.some((item) => item.kind === "body" && item.setsSeen)) markSeen(call, mails);
    for (const mail of mails) {
      writeRow(call, mail, items);
      await session.breathe();
    }
    return ok("Done");
  },
};

/** UID FETCH always answers the UID, and setting \Seen answers the flags. */
function wanted(items: readonly FetchItem[], byUid: boolean): readonly FetchItem[] {
  const has = (kind: FetchItem["kind"]) => items.some((item) => item.kind === kind);
  const setsSeen = items.some((item) => item.kind === "body" && item.setsSeen);
  return [
    ...(byUid && !has("uid") ? [{ kind: "uid" } as const] : []),
    ...(setsSeen && !has("flags") ? [{ kind: "flags" } as const] : []),
    ...items,
  ];
}

function markSeen({ selected }: SelectedCall, mails: readonly StoredMail[]): void {
  if (selected.readOnly) return;
  const uids = mails.map((mail) => mail.uid);
  selected.mailbox.changeFlags(uids, { mode: "add", flags: ["\\Seen"] }, selected);
}

function writeRow(call: SelectedCall, mail: StoredMail, items: readonly FetchItem[]): void {
  const sequence = call.selected.sequenceOf(mail.uid);
  if (sequence === undefined) return;
  call.session.write(`* ${sequence} FETCH (`);
  items.forEach((item, index) => {
    if (index > 0) call.session.write(" ");
    if (item.kind === "body") writeLiteral(call, item.label, bytesOf(mail, item));
    else call.session.write(attribute(mail, item.kind));
  });
  call.session.write(")\r\n");
}

function attribute(mail: StoredMail, kind: Exclude<FetchItem["kind"], "body">): string {
  switch (kind) {
    case "uid":
      return `UID ${mail.uid}`;
    case "flags":
      return `FLAGS (${[...mail.flags].join(" ")})`;
    case "internal_date":
      return `INTERNALDATE ${formatDateTime(mail.receivedAt)}`;
    case "size":
      return `RFC822.SIZE ${mail.raw.length}`;
  }
}

function bytesOf(mail: StoredMail, item: Extract<FetchItem, { kind: "body" }>): Buffer {
  const bytes = sectionOf(mail.raw, item.section);
  return item.partial === undefined
    ? bytes
    : bytes.subarray(item.partial.start, item.partial.start + item.partial.length);
}

function writeLiteral({ session, trouble }: SelectedCall, label: string, bytes: Buffer): void {
  session.write(`${label} {${bytes.length}}\r\n`);
  const missing = trouble?.kind === "short_literal" ? trouble.missingBytes : 0;
  session.write(bytes.subarray(0, Math.max(0, bytes.length - missing)));
}
