import { type ImapCommand, no, ok, type SelectedCall } from "../command.ts";
import type { CommandArguments } from "../command_arguments.ts";
import { atomsOf } from "../command_arguments.ts";
import { parseCriteria } from "../search_criteria.ts";
import { formatSequenceSet } from "../sequence_set.ts";
import { quoted } from "../text_format.ts";

/** SEARCH and UID SEARCH, RFC 9051 section 6.4.4, with RETURN (MIN MAX COUNT ALL). */
export const searchCommand: ImapCommand = {
  verbs: ["SEARCH", "UID SEARCH"],
  needs: "mailbox",
  holdsExpunges: true,
  run(call) {
    const returns = takeReturnOptions(call.args);
    const charset = takeCharset(call.args);
    if (charset !== undefined && !["UTF-8", "US-ASCII"].includes(charset)) return no("Use UTF-8", "BADCHARSET (UTF-8)");
    const found = search(call);
    call.session.tell(
      returns === undefined ? `SEARCH${found.map((number) => ` ${number}`).join("")}` : extended(call, returns, found),
    );
    return ok("Done");
  },
};

function search({ args, selected, byUid }: SelectedCall): number[] {
  const fits = parseCriteria(args, selected);
  const found: number[] = [];
  selected.uids.forEach((uid, index) => {
    const mail = selected.mailbox.get(uid);
    if (mail !== undefined && fits(mail)) found.push(byUid ? uid : index + 1);
  });
  return found;
}

function takeReturnOptions(args: CommandArguments): ReadonlySet<string> | undefined {
  if (args.peekWord() !== "RETURN") return undefined;
  args.word("RETURN");
  const options = atomsOf(args.list("return options"), "return option").map((option) => option.toUpperCase());
  return new Set(options.length === 0 ? ["ALL"] : options);
}

function takeCharset(args: CommandArguments): string | undefined {
  if (args.peekWord() !== "CHARSET") return undefined;
  args.word("CHARSET");
  return args.text("charset").toUpperCase();
}

/** Nothing found: only COUNT says so (RFC 9051 section 7.3.4). */
function extended({ tag, byUid }: SelectedCall, returns: ReadonlySet<string>, found: readonly number[]): string {
  const parts = [`ESEARCH (TAG ${quoted(tag)})`];
  if (byUid) parts.push("UID");
  if (returns.has("COUNT")) parts.push(`COUNT ${found.length}`);
  if (returns.has("MIN") && found.length > 0) parts.push(`MIN ${found[0]}`);
  if (returns.has("MAX") && found.length > 0) parts.push(`MAX ${found.at(-1)}`);
  if (returns.has("ALL") && found.length > 0) parts.push(`ALL ${formatSequenceSet(found)}`);
  return parts.join(" ");
}
