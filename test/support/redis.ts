import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { makeCertificates } from "./certificates.ts";
import { freePort } from "./free_port.ts";
import { makeTempDir, type TempDir } from "./make_temp_dir.ts";

export interface RedisOptions {
  readonly password?: string;
  /** Listens with TLS alone; clients trust {@link Redis.ca}. */
  readonly tls?: boolean;
  /** `aof`: what was acknowledged is on disk when it is killed, to the last second; `none` (default): nothing survives. */
  readonly persistence?: "none" | "aof";
  /** More lines of redis.conf as they are: ["maxmemory 10mb"]. Eviction is off unless one says otherwise. */
  readonly directives?: readonly string[];
}

/** Another test may have taken the port between choosing and listening. */
const startAttempts = 3;
const startLimitMs = 10_000;

/** Another server that speaks like Redis, for the same tests: `TEST_REDIS_SERVER=/usr/bin/valkey-server`. */
const program = process.env.TEST_REDIS_SERVER ?? "redis-server";

/** Starts a private Redis in a directory of its own, on a free port of the loopback. */
export async function startRedis(options: RedisOptions = {}): Promise<Redis> {
  for (let attempt = 1; ; attempt += 1) {
    const redis = await Redis.prepare(options);
    try {
      await redis.start();
      return redis;
    } catch (error) {
      await redis.stop();
      if (attempt === startAttempts) throw error;
    }
  }
}

export class Redis {
  readonly host = "127.0.0.1";
  readonly port: number;
  readonly password: string | undefined;
  /** PEM of the authority that signed the server's certificate; with `tls` only. */
  readonly ca: string | undefined;
  readonly #temp: TempDir;
  readonly #config: string;
  #process: ChildProcess | undefined;
  #log = "";

  private constructor(parts: { port: number; password?: string; ca?: string; temp: TempDir; config: string }) {
    this.port = parts.port;
    this.password = parts.password;
    this.ca = parts.ca;
    this.#temp = parts.temp;
    this.#config = parts.config;
  }

  /** Everything but the process. */
  static async prepare({ password, tls, persistence, directives = [] }: RedisOptions): Promise<Redis> {
    const temp = makeTempDir();
    const port = await freePort();
    const certificates = tls === true ? await makeCertificates(temp.path) : undefined;
    const listening =
      certificates === undefined
        ? [`port ${port}`]
        : [
            "port 0",
            `tls-port ${port}`,
            `tls-cert-file ${certificates.certFile}`,
            `tls-key-file ${certificates.keyFile}`,
            "tls-auth-clients no",
          ];
    const config = [
      "bind 127.0.0.1",
      ...listening,
      `dir ${temp.path}`,
      'save ""',
      `appendonly ${persistence === "aof" ? "yes" : "no"}`,
      "maxmemory-policy noeviction",
      ...(password === undefined ? [] : [`requirepass ${password}`]),
      ...directives,
    ].join("\n");
    return new Redis({
      port,
      temp,
      config,
      ...(password !== undefined && { password }),
      ...(certificates && { ca: certificates.ca }),
    });
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** On the same port, with what it kept on disk, when it has run already. */
  async start(): Promise<void> {
    const child = spawn(program, ["-"], { cwd: this.#temp.path, stdio: ["pipe", "pipe", "pipe"] });
    this.#process = child;
    this.#log = "";
    child.stdin.on("error", () => undefined).end(this.#config);
    await this.#said(child, "Ready to accept connections");
    await this.#reached();
  }

  /** What a crash of the server looks like. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** Stops answering without closing a connection: what a hung machine looks like, until `thaw`. */
  freeze(): void {
    this.#process?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#process?.kill("SIGCONT");
  }

  /** Ends the instance and removes its directory. */
  async stop(): Promise<void> {
    await this.#end("SIGKILL");
    this.#temp.remove();
  }

  /** Where it keeps its append-only file. */
  get directory(): string {
    return join(this.#temp.path, "appendonlydir");
  }

  /** Listens to it once, for good: a server that says much must not gather listeners. */
  async #said(child: ChildProcess, words: string): Promise<void> {
    const said = Promise.withResolvers<void>();
    const fail = () => said.reject(new Error(`${program} did not start: ${this.#log}`));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#log = (this.#log + text).slice(-10_000);
        if (this.#log.includes(words)) said.resolve();
      });
    }
    child.once("exit", fail).on("error", ({ message }) => {
      this.#log += `${message}. Run scripts/test_servers.sh.`;
      fail();
    });
    const limit = setTimeout(fail, startLimitMs);
    await said.promise.finally(() => clearTimeout(limit));
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  }

  async #reached(): Promise<void> {
    const socket = connect(this.port, this.host);
    await once(socket, "connect");
    socket.destroy();
  }
}
