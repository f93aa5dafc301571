import type { Socket } from "node:net";
import type { FaultPlan } from "../faults/fault_plan.ts";
import type { ImapTrouble } from "../faults/faults.ts";
import type { Mailbox } from "../mailboxes/mailbox.ts";
import { MailboxFullError } from "../mailboxes/mailbox.ts";
import type { Mailboxes } from "../mailboxes/mailboxes.ts";
import { type Answer, bad, type CommandCall, type CommandSession, type ImapCommand, no } from "./command.ts";
import { CommandArguments } from "./command_arguments.ts";
import { CommandReader, type Fragment } from "./command_reader.ts";
import { capabilities } from "./commands/capability.ts";
import { findCommand } from "./commands/command_table.ts";
import { SelectedMailbox } from "./selected_mailbox.ts";
import { SessionOutput } from "./session_output.ts";
import { ImapSyntaxError, parseValues } from "./values.ts";

export interface ImapSessionParts {
  readonly socket: Socket;
  readonly mailboxes: Mailboxes;
  readonly account: { readonly user: string; readonly password: string };
  readonly faults: FaultPlan<string, ImapTrouble>;
  readonly limits: { readonly maxLineBytes: number; readonly maxMailBytes: number };
}

/** Enough for a user name and a password. */
const maxLiteralBeforeLogin = 1024;

/** One connection: reads command after command, each to its end, and tells what other sessions changed. */
export class ImapSession implements CommandSession {
  readonly mailboxes: Mailboxes;
  readonly #parts: ImapSessionParts;
  readonly #reader: CommandReader;
  readonly #output: SessionOutput;
  #loggedIn = false;
  #selected: SelectedMailbox | undefined;

  constructor(parts: ImapSessionParts) {
    this.#parts = parts;
    this.mailboxes = parts.mailboxes;
    this.#output = new SessionOutput(parts.socket);
    this.#reader = new CommandReader({
      socket: parts.socket,
      maxLineBytes: parts.limits.maxLineBytes,
      maxLiteralBytes: () => (this.#loggedIn ? parts.limits.maxMailBytes : maxLiteralBeforeLogin),
      askForLiteral: () => this.continue("send it"),
    });
  }

  /** Serves until either side ends the connection. */
  async run(): Promise<void> {
    await this.#greet();
    while (!this.#parts.socket.destroyed) {
      const incoming = await this.#reader.next();
      switch (incoming.kind) {
        case "command":
          await this.#serve(incoming.fragments);
          break;
        case "literal_refused":
          this.#answer(tagOf(incoming.text), no("This is larger than the server takes", "TOOBIG"));
          break;
        case "overrun":
          this.bye("Line or literal too long");
          break;
        case "closed":
          this.#parts.socket.destroy();
          break;
      }
    }
    this.deselect();
  }

  logIn(user: string, password: string): boolean {
    const { account } = this.#parts;
    this.#loggedIn = user.toLowerCase() === account.user.toLowerCase() && password === account.password;
    return this.#loggedIn;
  }

  select(mailbox: Mailbox, readOnly: boolean): void {
    this.deselect();
    const onGone = () => this.bye("The selected mailbox was deleted");
    this.#selected = new SelectedMailbox({ mailbox, readOnly, onGone });
  }

  get selected(): SelectedMailbox | undefined {
    return this.#selected;
  }

  deselect(): void {
    this.#selected?.close();
    this.#selected = undefined;
  }

  tell(line: string): void {
    this.#output.write(`* ${line}\r\n`);
  }

  write(part: string | Buffer): void {
    this.#output.write(part);
  }

  continue(text: string): void {
    this.#output.write(`+ ${text}\r\n`);
    this.#output.flush();
  }

  tellNews(): void {
    for (const line of this.#selected?.takeNews({ expunges: true }) ?? []) this.tell(line);
    this.#output.flush();
  }

  async breathe(): Promise<void> {
    if (this.#output.isLarge) await this.#output.drain();
  }

  line(): Promise<string | undefined> {
    return this.#reader.line();
  }

  /** Ends the connection with a reason. */
  bye(text: string, code?: string): void {
    this.tell(`BYE ${code === undefined ? "" : `[${code}] `}${text}`);
    this.#end();
  }

  async #greet(): Promise<void> {
    const trouble = this.#parts.faults.strike("GREETING");
    if (trouble !== undefined && (await this.#suffer(trouble, "*"))) return;
    this.#muteFor(trouble);
    this.tell(`OK [CAPABILITY ${capabilities}] Development mail server, not for production`);
    this.#output.flush();
    if (trouble?.kind === "cut") this.#end();
  }

  async #serve(fragments: readonly Fragment[]): Promise<void> {
    const [first, ...rest] = fragments;
    const match = /^([^\s*+]+) (UID )?(\S+)(?: |$)/i.exec(first?.kind === "text" ? first.text : "");
    if (match === null || first?.kind !== "text") return this.#answer("*", bad("Expected a tag and a command"));

    const [head, tag = "*", uid = "", name = ""] = match;
    const verb = `${uid}${name}`.toUpperCase();
    const trouble = this.#parts.faults.strike(verb);
    if (trouble !== undefined && (await this.#suffer(trouble, tag))) return;
    this.#muteFor(trouble);
    const texts: Fragment[] = [{ kind: "text", text: first.text.slice(head.length) }, ...rest];
    const answer = await this.#perform(verb, { tag, session: this, byUid: uid !== "", trouble }, texts);
    this.#answer(tag, answer);
    if (trouble?.kind === "cut" || answer.closes) this.#end();
  }

  #muteFor(trouble: ImapTrouble | undefined): void {
    if (trouble?.kind === "cut" && trouble.at === "instead_of_answer") this.#output.mute();
  }

  /** True when the trouble is instead of the command. */
  async #suffer(trouble: ImapTrouble, tag: string): Promise<boolean> {
    switch (trouble.kind) {
      case "cut":
        if (trouble.at === "before") this.#parts.socket.destroy();
        return trouble.at === "before";
      case "stall":
        while ((await this.line()) !== undefined); // reads on, so that the client's leaving is noticed
        return true;
      case "answer":
        if (trouble.status === "BYE") this.bye(trouble.text, trouble.code);
        else this.#answer(tag, { ...trouble, status: trouble.status });
        return true;
      case "deaf":
      case "short_literal":
        return false;
    }
  }

  async #perform(verb: string, call: Omit<CommandCall, "args">, texts: readonly Fragment[]): Promise<Answer> {
    const command = findCommand(verb);
    if (command === undefined) return bad(`The development mail server does not know ${verb.slice(0, 40)}`);
    try {
      const answer = await this.#run(command, { ...call, args: new CommandArguments(parseValues(texts)) });
      for (const line of this.#selected?.takeNews({ expunges: command.holdsExpunges !== true || call.byUid }) ?? [])
        this.tell(line);
      return answer;
    } catch (thrown) {
      if (thrown instanceof ImapSyntaxError) return bad(thrown.message);
      if (thrown instanceof MailboxFullError) return no(thrown.message, "OVERQUOTA");
      throw thrown;
    }
  }

  #run(command: ImapCommand, call: CommandCall): Answer | Promise<Answer> {
    if (command.needs === "nothing") return command.run(call);
    if (!this.#loggedIn) return bad("Log in first");
    if (command.needs === "login") return command.run(call);
    const selected = this.#selected;
    return selected === undefined ? bad("Select a mailbox first") : command.run({ ...call, selected });
  }

  #answer(tag: string, answer: Answer): void {
    const code = answer.code === undefined ? "" : `[${answer.code}] `;
    this.#output.write(`${tag} ${answer.status} ${code}${answer.text}\r\n`);
    this.#output.flush();
  }

  #end(): void {
    this.#output.flush();
    this.#parts.socket.destroySoon();
    this.deselect();
  }
}

function tagOf(line: string): string {
  return /^[^\s*+]+/.exec(line)?.[0] ?? "*";
}
