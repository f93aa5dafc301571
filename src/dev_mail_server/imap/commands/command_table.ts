import type { ImapCommand } from "../command.ts";
import { appendCommand } from "./append.ts";
import { authenticateCommand } from "./authenticate.ts";
import { capabilityCommand } from "./capability.ts";
import { checkCommand } from "./check.ts";
import { closeCommand } from "./close.ts";
import { copyCommand } from "./copy.ts";
import { createCommand } from "./create.ts";
import { deleteCommand } from "./delete.ts";
import { enableCommand } from "./enable.ts";
import { examineCommand } from "./examine.ts";
import { expungeCommand } from "./expunge.ts";
import { fetchCommand } from "./fetch.ts";
import { idCommand } from "./id.ts";
import { idleCommand } from "./idle.ts";
import { listCommand } from "./list.ts";
import { loginCommand } from "./login.ts";
import { logoutCommand } from "./logout.ts";
import { lsubCommand } from "./lsub.ts";
import { moveCommand } from "./move.ts";
import { namespaceCommand } from "./namespace.ts";
import { noopCommand } from "./noop.ts";
import { renameCommand } from "./rename.ts";
import { searchCommand } from "./search.ts";
import { selectCommand } from "./select.ts";
import { statusCommand } from "./status.ts";
import { storeCommand } from "./store.ts";
import { subscribeCommand } from "./subscribe.ts";
import { unselectCommand } from "./unselect.ts";

const commands: readonly ImapCommand[] = [
  appendCommand,
  authenticateCommand,
  capabilityCommand,
  checkCommand,
  closeCommand,
  copyCommand,
  createCommand,
  deleteCommand,
  enableCommand,
  examineCommand,
  expungeCommand,
  fetchCommand,
  idCommand,
  idleCommand,
  listCommand,
  loginCommand,
  logoutCommand,
  lsubCommand,
  moveCommand,
  namespaceCommand,
  noopCommand,
  renameCommand,
  searchCommand,
  selectCommand,
  statusCommand,
  storeCommand,
  subscribeCommand,
  unselectCommand,
];

const byVerb = new Map(commands.flatMap((command) => command.verbs.map((verb) => [verb, command])));

/** The command of that name in capitals, as `NOOP` or `UID FETCH`. */
export function findCommand(verb: string): ImapCommand | undefined {
  return byVerb.get(verb);
}
