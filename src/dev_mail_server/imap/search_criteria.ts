import type { StoredMail } from "../mailboxes/mailbox.ts";
import { CommandArguments } from "./command_arguments.ts";
import { headerFields } from "./mail_sections.ts";
import { looksLikeSequenceSet, parseSequenceSet, pick } from "./sequence_set.ts";
import { parseDay } from "./text_format.ts";
import { ImapSyntaxError } from "./values.ts";

export type Criterion = (mail: StoredMail) => boolean;

/** The mails a search is about: UIDs in the order of their sequence numbers. */
export interface SearchSpace {
  readonly uids: readonly number[];
}

const flagKeys: Readonly<Record<string, string>> = {
  SEEN: "\\Seen",
  ANSWERED: "\\Answered",
  FLAGGED: "\\Flagged",
  DELETED: "\\Deleted",
  DRAFT: "\\Draft",
};

const headerKeys = new Set(["FROM", "TO", "CC", "BCC", "SUBJECT"]);

const dayMs = 24 * 60 * 60_000;

/** All search keys that are left, joined by AND (RFC 9051 section 6.4.4). @throws {ImapSyntaxError} */
export function parseCriteria(args: CommandArguments, space: SearchSpace): Criterion {
  const criteria: Criterion[] = [];
  do criteria.push(parseCriterion(args, space));
  while (args.left > 0);
  return (mail) => criteria.every((criterion) => criterion(mail));
}

function parseCriterion(args: CommandArguments, space: SearchSpace): Criterion {
  if (args.peek()?.kind === "list") return parseCriteria(new CommandArguments(args.list("search keys")), space);
  const key = args.word("search key");
  if (looksLikeSequenceSet(key)) return bySequence(key, space);
  return byFlag(key, args) ?? byText(key, args) ?? byMeasure(key, args) ?? byLogic(key, args, space);
}

function byFlag(key: string, args: CommandArguments): Criterion | undefined {
  const flag = flagKeys[key];
  if (flag !== undefined) return (mail) => mail.flags.has(flag);
  const negated = key.startsWith("UN") ? flagKeys[key.slice(2)] : undefined;
  if (negated !== undefined) return (mail) => !mail.flags.has(negated);
  if (key !== "KEYWORD" && key !== "UNKEYWORD") return undefined;
  const keyword = args.text("keyword").toLowerCase();
  const wanted = key === "KEYWORD";
  return (mail) => wanted === mail.flags.values().some((each) => each.toLowerCase() === keyword);
}

/** Headers are compared as they stand in the mail; encoded words are not decoded. */
function byText(key: string, args: CommandArguments): Criterion | undefined {
  if (key === "BODY" || key === "TEXT") {
    const wanted = args.text("text").toLowerCase();
    return (mail) => mail.raw.toString("utf8").toLowerCase().includes(wanted);
  }
  if (key !== "HEADER" && !headerKeys.has(key)) return undefined;
  const name = (key === "HEADER" ? args.text("header name") : key).toLowerCase();
  const wanted = args.text("text").toLowerCase();
  return (mail) =>
    headerFields(mail.raw).some((field) => field.name === name && field.value.toLowerCase().includes(wanted));
}

function byMeasure(key: string, args: CommandArguments): Criterion | undefined {
  switch (key) {
    case "SINCE":
      return since(dayIn(args));
    case "BEFORE":
      return not(since(dayIn(args)));
    case "ON": {
      const day = dayIn(args);
      return (mail) => since(day)(mail) && !since(day + dayMs)(mail);
    }
    case "LARGER": {
      const size = numberIn(args);
      return (mail) => mail.raw.length > size;
    }
    case "SMALLER": {
      const size = numberIn(args);
      return (mail) => mail.raw.length < size;
    }
    default:
      return undefined;
  }
}

function byLogic(key: string, args: CommandArguments, space: SearchSpace): Criterion {
  switch (key) {
    case "ALL":
      return () => true;
    case "NOT":
      return not(parseCriterion(args, space));
    case "OR": {
      const one = parseCriterion(args, space);
      const other = parseCriterion(args, space);
      return (mail) => one(mail) || other(mail);
    }
    case "UID": {
      const uids = new Set(pick(parseSequenceSet(args.text("UIDs")), space.uids));
      return (mail) => uids.has(mail.uid);
    }
    default:
      throw new ImapSyntaxError(`Search key ${key} is not offered by the development mail server`);
  }
}

function bySequence(text: string, space: SearchSpace): Criterion {
  const numbers = pick(
    parseSequenceSet(text),
    space.uids.map((_, index) => index + 1),
  );
  const uids = new Set(numbers.map((number) => space.uids[number - 1]));
  return (mail) => uids.has(mail.uid);
}

function not(criterion: Criterion): Criterion {
  return (mail) => !criterion(mail);
}

function since(time: number): Criterion {
  return (mail) => mail.receivedAt.getTime() >= time;
}

function dayIn(args: CommandArguments): number {
  const day = parseDay(args.text("date"));
  if (day === undefined) throw new ImapSyntaxError("Expected a date such as 1-Feb-2026");
  return day.getTime();
}

function numberIn(args: CommandArguments): number {
  const text = args.text("number");
  if (!/^\d{1,10}$/.test(text)) throw new ImapSyntaxError(`Expected a number instead of ${text.slice(0, 20)}`);
  return Number(text);
}
