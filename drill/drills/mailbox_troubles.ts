import { type ConfigTree, fastLimits } from "../bot_config.ts";
import type { BotProcess } from "../bot_process.ts";
import { Crowd } from "../crowd.ts";
import type { Drill, DrillOptions } from "../drill.ts";
import { connectionLimit } from "../mail_server.ts";
import { Scene } from "../scene.ts";
import { until } from "../until.ts";
import { WrongNameServer } from "../wrong_name_server.ts";

const missingFolder = "Orders";
const namedLimitMs = 40_000;
const curedLimitMs = 90_000;
const quietLimitMs = 20_000;

interface Trouble {
  /** Name of the source that has it. */
  readonly source: string;
  /** Where it differs from a source without trouble. */
  readonly config: ConfigTree;
  /** What must be said, and how bad it is. */
  readonly says: RegExp;
  readonly state: "warn" | "fail";
  /** What makes it good; `config`: a corrected file. */
  readonly cure: "itself" | "config";
}

/** Everything that can be wrong with a mailbox, one source each, beside one where all is well. */
export const mailboxTroubles: Drill = {
  name: "mailbox-troubles",
  question: "Is each trouble with a mailbox named in plain words, while the others work on?",
  run: (options) => Scene.play({ drill: "mailbox-troubles", options }, (scene) => gatherTroubles(scene, options)),
};

async function gatherTroubles(scene: Scene, options: DrillOptions): Promise<void> {
  const { dovecot, directory } = scene;
  const crowded = { host: dovecot.host, port: dovecot.ports.imap, user: "crowded", password: dovecot.password };
  const crowd = await Crowd.gather({ ...crowded, size: connectionLimit });
  const elsewhere = await WrongNameServer.start(directory);
  try {
    const troubles = troublesOf(scene, elsewhere);
    scene.writeConfig({ sources: sourcesOf(scene, troubles, options) });
    const bot = scene.startBot();
    await bot.ready();
    await named(scene, bot, troubles);
    await othersWorkOn(scene, bot, options);
    await retriesFit(scene, bot);
    crowd.leave();
    await dovecot.doveadm("mailbox", "create", "-u", "no_folder", missingFolder);
    await cured(scene, bot, troubles, options);
  } finally {
    crowd.leave();
    await elsewhere.stop();
  }
}

function troublesOf({ dovecot }: Scene, elsewhere: WrongNameServer): readonly Trouble[] {
  const { imap, imaps } = dovecot.ports;
  const { host, port, caFile } = elsewhere;
  return [
    {
      source: "wrong_password",
      config: { password: "not the secret" },
      says: /refuses the login of "wrong_password".*Check `user` and `password`/,
      state: "fail",
      cure: "config",
    },
    { source: "crowded", config: {}, says: /has too many connections of "crowded"/, state: "warn", cure: "itself" },
    {
      source: "no_folder",
      config: { folder: missingFolder },
      says: /has no folder "Orders"\. Create it, or correct `folder`/,
      state: "fail",
      cure: "itself",
    },
    {
      source: "unknown_ca",
      config: { port: imaps, security: "tls" },
      says: /is not signed by an authority we trust .*Set `ca`/,
      state: "fail",
      cure: "config",
    },
    {
      source: "wrong_name",
      config: { host, port, security: "tls", ca: caFile },
      says: /is for another name .*Set `host`/,
      state: "fail",
      cure: "config",
    },
    {
      source: "plain_on_tls_port",
      config: { port: imaps },
      says: /sends no greeting\. If this is its TLS port .*use `security: tls`/,
      state: "warn",
      cure: "config",
    },
    {
      source: "tls_on_plain_port",
      config: { port: imap, security: "tls" },
      says: /does not speak TLS on this port/,
      state: "fail",
      cure: "config",
    },
  ];
}

function sourcesOf(
  { dovecot }: Scene,
  troubles: readonly Trouble[],
  { fast }: DrillOptions,
  isCured = false,
): ConfigTree {
  return Object.fromEntries(
    troubles.map(({ source, config, cure }) => {
      const well = {
        adapter: "imap",
        queue: "orders",
        required: false,
        host: dovecot.host,
        port: dovecot.ports.imap,
        security: "none",
        user: source,
        password: dovecot.password,
        pollInterval: "1s",
        ...(fast ? fastLimits : {}),
      };
      return [source, isCured && cure === "config" ? well : { ...well, ...config }];
    }),
  );
}

async function named(scene: Scene, bot: BotProcess, troubles: readonly Trouble[]): Promise<void> {
  for (const { source, says, state } of troubles) {
    await until(`A word about ${source}`, namedLimitMs, async () => {
      const check = (await bot.control.health())?.checks[`source:${source}`]?.[0];
      return check?.status === state && says.test(check.output ?? "");
    });
    const view = (await bot.control.status())?.sources.find(({ name }) => name === source);
    scene.promise(view?.status.state === "degraded", `/status shows ${source} as ${view?.status.state}`);
    scene.promise(says.test(view?.status.lastError ?? ""), `/status says of ${source}: ${view?.status.lastError}`);
    scene.promise(bot.heard(says) !== undefined, `The log does not name the trouble of ${source}`);
  }
}

async function othersWorkOn(scene: Scene, bot: BotProcess, { mails = 10 }: DrillOptions): Promise<void> {
  scene.deliver(mails);
  await scene.quiet(quietLimitMs);
  scene.promise((await bot.control.probe("/readyz")) === 200, "Sources that are not required keep it from being ready");
  scene.promise((await bot.control.probe("/livez")) === 200, "/livez blames the process for its mailboxes");
}

/** A refused password is not tried again and again: the server would lock the account. All else is. */
async function retriesFit(scene: Scene, bot: BotProcess): Promise<void> {
  const tries = async (source: string) => {
    const view = (await bot.control.status())?.sources.find(({ name }) => name === source);
    return Number(view?.status.facts.reconnects);
  };
  for (const source of ["crowded", "no_folder", "unknown_ca", "wrong_name", "tls_on_plain_port"]) {
    await until(`A second try of ${source}`, namedLimitMs, async () => (await tries(source)) > 0);
  }
  scene.promise((await tries("wrong_password")) === 0, "A refused password was tried again at once");
}

async function cured(
  scene: Scene,
  bot: BotProcess,
  troubles: readonly Trouble[],
  options: DrillOptions,
): Promise<void> {
  const startedAt = Date.now();
  const pass = (cure: Trouble["cure"]) =>
    until(`Health of the sources cured by ${cure}`, curedLimitMs, async () => {
      const checks = (await bot.control.health())?.checks;
      const meant = troubles.filter((trouble) => trouble.cure === cure);
      return meant.every(({ source }) => checks?.[`source:${source}`]?.[0].status === "pass");
    });
  await pass("itself");
  scene.recovery.took(Date.now() - startedAt);
  scene.writeConfig({ sources: sourcesOf(scene, troubles, options, true) });
  await pass("config");
  options.say("all seven sources work");
}
