import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { createTransport } from "nodemailer";
import { makeCertificates } from "./certificates.ts";
import { type DovecotNamespace, dovecotConfig, dovecotPassword, dovecotTokenConfig } from "./dovecot_config.ts";
import { freePort } from "./free_port.ts";
import { makeTempDir, type TempDir } from "./make_temp_dir.ts";

const run = promisify(execFile);

/** Whoever Dovecot runs as: it refuses to read mail as root. */
interface RunAs {
  readonly user: string;
  readonly group: string;
  readonly uid: number;
  readonly gid: number;
  /** What stands before each command. */
  readonly prefix: readonly string[];
}

export interface DovecotPorts {
  readonly imap: number;
  readonly imaps: number;
  readonly lmtp: number;
}

/** Another test may have taken a port between choosing and listening. */
const startAttempts = 3;
const startLimitMs = 5000;

/**
 * Starts a private Dovecot in a directory of its own, on free ports. Any user name is an account with
 * {@link Dovecot.password}, and with the tokens of the server at `introspectionUrl`.
 */
export async function startDovecot(
  namespace: DovecotNamespace = { separator: "/", prefix: "" },
  introspectionUrl?: string,
): Promise<Dovecot> {
  assertInstalled();
  for (let attempt = 1; ; attempt += 1) {
    const dovecot = await Dovecot.prepare(namespace, introspectionUrl);
    try {
      await dovecot.start();
      return dovecot;
    } catch (error) {
      await dovecot.stop();
      if (attempt === startAttempts) throw error;
    }
  }
}

function assertInstalled(): void {
  try {
    execFileSync("dovecot", ["--version"], { stdio: "ignore" });
  } catch (cause) {
    throw new Error("Dovecot is not installed, and the mail tests run against it. Run scripts/test_servers.sh.", {
      cause,
    });
  }
}

export class Dovecot {
  readonly host = "127.0.0.1";
  readonly password = dovecotPassword;
  readonly ports: DovecotPorts;
  /** PEM of the authority that signed the server's certificate. */
  readonly ca: string;
  readonly #temp: TempDir;
  readonly #runAs: RunAs;
  #process: ChildProcess | undefined;
  #users = 0;
  #newUidValidity = 0;

  private constructor(parts: { ports: DovecotPorts; ca: string; temp: TempDir; runAs: RunAs }) {
    this.ports = parts.ports;
    this.ca = parts.ca;
    this.#temp = parts.temp;
    this.#runAs = parts.runAs;
  }

  /** Everything on disk, nothing running. */
  static async prepare(namespace: DovecotNamespace, introspectionUrl?: string): Promise<Dovecot> {
    const runAs = chooseUser();
    const temp = makeTempDir();
    const directory = temp.path;
    chmodSync(directory, 0o755);
    const ports = { imap: await freePort(), imaps: await freePort(), lmtp: await freePort() };
    const { ca, certFile, keyFile } = await makeCertificates(directory);
    const config = dovecotConfig({ directory, ...runAs, ports, certFile, keyFile, namespace, introspectionUrl });
    if (introspectionUrl !== undefined) {
      writeFileSync(join(directory, "oauth2.conf"), dovecotTokenConfig(introspectionUrl));
    }
    writeFileSync(join(directory, "dovecot.conf"), config);
    for (const name of ["run", "mail"]) mkdirSync(join(directory, name));
    for (const name of ["", "run", "mail", "server.key"]) chownSync(join(directory, name), runAs.uid, runAs.gid);
    return new Dovecot({ ports, ca, temp, runAs });
  }

  /** On the same ports and with the same mail as before, when it has run already. */
  async start(): Promise<void> {
    rmSync(join(this.#temp.path, "run", "master.pid"), { force: true });
    const [command = "", ...args] = [...this.#runAs.prefix, "dovecot", "-F", "-c", this.#configFile];
    // A group of its own, so that killing it reaches all its children and nothing else.
    const child = spawn(command, args, { stdio: "ignore", detached: true });
    this.#process = child;
    const deadline = performance.now() + startLimitMs;
    while (!(await this.#answers())) {
      if (child.exitCode !== null || performance.now() > deadline)
        throw new Error(`Dovecot did not start: ${this.log()}`);
    }
  }

  /** SIGKILL to the master and all its children: what a crash of the server looks like. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = Promise.withResolvers<void>();
    child.once("exit", () => exited.resolve());
    process.kill(-child.pid, "SIGKILL");
    await exited.promise;
  }

  /** Ends the instance and removes its directory. */
  async stop(): Promise<void> {
    await this.kill();
    this.#temp.remove();
  }

  /** The name of an account that has not been used before. */
  newUser(): string {
    this.#users += 1;
    return `user${this.#users}`;
  }

  /** Puts the mail into the user's INBOX or a folder beside it as it is, without a delivery agent adding headers. */
  deliver(user: string, raw: string | Buffer, folder = "INBOX"): void {
    const maildir = this.#maildir(folder === "INBOX" ? user : join(user, `.${folder}`));
    const name = `${Date.now()}.${process.hrtime.bigint()}.test`;
    const part = join(maildir, "tmp", name);
    writeFileSync(part, raw);
    chownSync(part, this.#runAs.uid, this.#runAs.gid);
    renameSync(part, join(maildir, "new", name));
  }

  /** Delivers as a mail server does, which adds Return-Path, Delivered-To and Received. */
  async deliverByLmtp(user: string, raw: string | Buffer, from = "sender@example.org"): Promise<void> {
    const { host } = this;
    const transport = createTransport({ host, port: this.ports.lmtp, lmtp: true, secure: false, ignoreTLS: true });
    await transport.sendMail({ envelope: { from, to: [`${user}`] }, raw });
    transport.close();
  }

  /** Flags by UID, as Dovecot's own tool sees them. */
  async flags(user: string, mailbox = "INBOX"): Promise<Map<number, Set<string>>> {
    const rows = (await this.doveadm("-f", "tab", "fetch", "-u", user, "uid flags", "mailbox", mailbox))
      .trim()
      .split("\n")
      .slice(1);
    return new Map(
      rows.map((row) => {
        const [uid, flags = ""] = row.split("\t");
        return [Number(uid), new Set(flags.split(" ").filter((flag) => flag !== "" && flag !== "\\Recent"))];
      }),
    );
  }

  /** Forgets the UIDs of the INBOX: the next one to open it sees a new UIDVALIDITY. */
  forgetUids(user: string): void {
    const maildir = this.#maildir(user);
    for (const file of readdirSync(maildir)) {
      if (file.startsWith("dovecot")) rmSync(join(maildir, file));
    }
    // Left alone, Dovecot would take the time in seconds, which may be the value the mailbox had.
    const uidList = join(maildir, "dovecot-uidlist");
    this.#newUidValidity = Math.max(this.#newUidValidity, Math.floor(Date.now() / 1000)) + 1000;
    writeFileSync(uidList, `3 V${this.#newUidValidity} N1\n`);
    chownSync(uidList, this.#runAs.uid, this.#runAs.gid);
  }

  /** Runs doveadm on this instance and answers what it prints. */
  async doveadm(...args: string[]): Promise<string> {
    const [command = "", ...rest] = [...this.#runAs.prefix, "doveadm", "-c", this.#configFile, ...args];
    return (await run(command, rest)).stdout;
  }

  log(): string {
    const file = join(this.#temp.path, "dovecot.log");
    return statSync(file, { throwIfNoEntry: false }) === undefined ? "it wrote no log" : readFileSync(file, "utf8");
  }

  get #configFile(): string {
    return join(this.#temp.path, "dovecot.conf");
  }

  #maildir(user: string): string {
    const maildir = join(this.#temp.path, "mail", user);
    for (const directory of [maildir, ...["tmp", "new", "cur"].map((name) => join(maildir, name))]) {
      if (mkdirSync(directory, { recursive: true }) !== undefined)
        chownSync(directory, this.#runAs.uid, this.#runAs.gid);
    }
    return maildir;
  }

  /** Has somebody said hello on the IMAP port? */
  async #answers(): Promise<boolean> {
    const hello = Promise.withResolvers<boolean>();
    const socket = connect(this.ports.imap, this.host);
    socket.setTimeout(1000, () => socket.destroy());
    socket.once("data", () => hello.resolve(true));
    socket.once("error", () => hello.resolve(false));
    socket.once("close", () => hello.resolve(false));
    return await hello.promise.finally(() => socket.destroy());
  }
}

/** `--pdeathsig`: should the test process be killed, its Dovecot ends, too. */
function chooseUser(): RunAs {
  const isRoot = process.getuid?.() === 0;
  const user = isRoot ? "mail" : idOf("-un");
  const group = isRoot ? idOf("-gn", user) : idOf("-gn");
  const [uid, gid] = [Number(idOf("-u", user)), Number(idOf("-g", user))];
  const change = isRoot ? [`--reuid=${user}`, `--regid=${group}`, "--clear-groups"] : [];
  return { user, group, uid, gid, prefix: ["setpriv", ...change, "--pdeathsig", "TERM", "--"] };
}

function idOf(...args: string[]): string {
  return execFileSync("id", args, { encoding: "utf8" }).trim();
}
