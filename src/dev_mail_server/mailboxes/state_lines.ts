import { messageOf, RuntimeError } from "../../app_runtime/base/runtime_error.ts";
import type { Mailbox, StoredMail } from "./mailbox.ts";
import type { MailboxesChange } from "./mailboxes.ts";

/**
 * One line of the state file. `box` is the UIDVALIDITY, which no two mailboxes of a server share: names can move, and a
 * session may still change flags in a mailbox that has been renumbered since.
 */
export type StateLine =
  | { readonly t: "created"; readonly box: number; readonly name: string; readonly uidNext: number }
  | { readonly t: "renamed"; readonly box: number; readonly name: string }
  | { readonly t: "gone"; readonly box: number }
  | { readonly t: "mail"; readonly box: number; readonly mail: SavedMail }
  | {
      readonly t: "flags";
      readonly box: number;
      readonly flags: readonly (readonly [uid: number, flags: readonly string[]])[];
    }
  | { readonly t: "expunged"; readonly box: number; readonly uids: readonly number[] }
  | { readonly t: "origin"; readonly origin: string };

export interface SavedMail {
  readonly uid: number;
  readonly receivedAt: number;
  readonly flags: readonly string[];
  /** Name of the file with the raw mail. */
  readonly file: string;
  readonly origin?: string;
}

/** The state directory holds something this server did not write. */
export class StateUnreadableError extends RuntimeError {
  readonly code = "DEV_MAIL_STATE_UNREADABLE";
  override readonly failureClass = "permanent";

  constructor(file: string, line: number, cause: unknown) {
    super(
      `Line ${line} of ${file} is not readable (${messageOf(cause)}). Delete the directory to start the development mail server with an empty mailbox.`,
      { cause },
    );
  }
}

/** The lines of a state file. A last line without its end was being written when the power went: it never happened. */
export function parseStateLines(file: string, text: string): StateLine[] {
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  return whole.split("\n").flatMap((line, index) => {
    if (line === "") return [];
    try {
      return [JSON.parse(line) as StateLine];
    } catch (cause) {
      throw new StateUnreadableError(file, index + 1, cause);
    }
  });
}

/** The line that lets the change happen again. `fileOf` names the file of a raw mail. */
export function lineOf(mailbox: Mailbox, change: MailboxesChange, fileOf: (mail: StoredMail) => string): StateLine {
  const box = mailbox.uidValidity;
  switch (change.kind) {
    case "created":
      return { t: "created", box, name: mailbox.name, uidNext: mailbox.uidNext };
    case "renamed":
      return { t: "renamed", box, name: mailbox.name };
    case "gone":
      return { t: "gone", box };
    case "added":
      return { t: "mail", box, mail: savedMail(change.mail, fileOf(change.mail)) };
    case "flagged":
      return { t: "flags", box, flags: change.mails.map((mail) => [mail.uid, [...mail.flags]] as const) };
    case "expunged":
      return { t: "expunged", box, uids: change.uids };
  }
}

function savedMail(mail: StoredMail, file: string): SavedMail {
  const { uid, receivedAt, flags, origin } = mail;
  return { uid, receivedAt: receivedAt.getTime(), flags: [...flags], file, ...(origin !== undefined && { origin }) };
}

export interface SavedMailbox {
  readonly uidValidity: number;
  name: string;
  uidNext: number;
  readonly mails: Map<number, SavedMail>;
}

export interface SavedState {
  readonly mailboxes: readonly SavedMailbox[];
  /** Of every mail ever taken from a file, expunged ones too. */
  readonly origins: ReadonlySet<string>;
}

/** Lets everything in the file happen again, in order. */
export function replay(lines: readonly StateLine[]): SavedState {
  const boxes = new Map<number, SavedMailbox>();
  const origins = new Set<string>();
  for (const line of lines) {
    if (line.t === "origin") origins.add(line.origin);
    else if (line.t === "created")
      boxes.set(line.box, { uidValidity: line.box, name: line.name, uidNext: line.uidNext, mails: new Map() });
    else replayIn(boxes, line, origins);
  }
  const lastOfName = new Map([...boxes.values()].map((box) => [box.name, box])); // a renumbered mailbox replaces its elder
  return { mailboxes: [...lastOfName.values()], origins };
}

function replayIn(
  boxes: Map<number, SavedMailbox>,
  line: Exclude<StateLine, { t: "origin" | "created" }>,
  origins: Set<string>,
): void {
  const box = boxes.get(line.box);
  if (box === undefined) return;
  switch (line.t) {
    case "renamed":
      box.name = line.name;
      return;
    case "gone":
      boxes.delete(line.box);
      return;
    case "mail":
      box.mails.set(line.mail.uid, line.mail);
      box.uidNext = Math.max(box.uidNext, line.mail.uid + 1);
      if (line.mail.origin !== undefined) origins.add(line.mail.origin);
      return;
    case "flags":
      for (const [uid, flags] of line.flags) {
        const mail = box.mails.get(uid);
        if (mail !== undefined) box.mails.set(uid, { ...mail, flags });
      }
      return;
    case "expunged":
      for (const uid of line.uids) box.mails.delete(uid);
      return;
  }
}

/** The shortest file that replays to the same state. */
export function compacted(state: SavedState): StateLine[] {
  const origins = [...state.origins].map((origin): StateLine => ({ t: "origin", origin }));
  const boxes = state.mailboxes.flatMap(({ uidValidity: box, name, uidNext, mails }): StateLine[] => [
    { t: "created", box, name, uidNext },
    ...[...mails.values()].map((mail): StateLine => ({ t: "mail", box, mail })),
  ]);
  return [...origins, ...boxes];
}
