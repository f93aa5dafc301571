import type { Faults } from "../faults.ts";
import type { OrderMail } from "../order_mails.ts";
import type { Scene } from "../scene.ts";
import { until } from "../until.ts";

/** As the product promises: a task whose process died five times while it was handled is given up. */
const deathsUntilGivenUp = 5;
const mostDeaths = 15;
const limitMs = 60_000;
const word = "kill-me";
/** Its neighbours are in hand at each of its deaths, and suspects like itself. */
const faults: Faults = { beforeMs: 300, killedBy: word };
const settings = ["workers.orders.concurrency=8"];
const neighboursOnEachSide = 6;

/** One mail kills the process that handles it, every time: it alone becomes a dead letter, and can be retried. */
export async function killedByOneMail(scene: Scene): Promise<void> {
  scene.deliver(neighboursOnEachSide);
  const killer = scene.deliverWithSubject(word);
  scene.deliver(neighboursOnEachSide);
  await dieUntilGivenUp(scene);
  await retryIt(scene, killer);
}

async function dieUntilGivenUp(scene: Scene): Promise<void> {
  let deaths = 0;
  let bot = scene.startBot({ faults, settings });
  const isGivenUp = () => scene.ledger().journal.some(({ state }) => state === "dead");
  while (!isGivenUp() && deaths < mostDeaths) {
    const died = await until("Death or dead letter", limitMs, () => (isGivenUp() ? "given up" : bot.exited));
    if (died === "given up") break;
    deaths += 1;
    scene.noteDeath(died);
    bot = scene.startBot({ faults, settings });
  }
  scene.figures.deathsByOneMail = deaths;
  scene.promise(deaths === deathsUntilGivenUp, `The mail killed ${deaths} processes instead of ${deathsUntilGivenUp}`);
  await until("An order for each neighbour", limitMs, () => scene.ordered === scene.mails.length);
  await scene.shown();
  const letters = await bot.control.deadLetters("orders");
  const words = letters.map(({ reason, detail }) => `${reason}: ${detail}`);
  scene.promise(letters.length === 1, `${letters.length} dead letters instead of one`);
  scene.promise(/crash-looping.*died 5 times/.test(words.join()), `The dead letter does not say why: ${words.join()}`);
  scene.promiseSaid("log", /was given up \(crash-looping\)/);
  scene.promiseSaid("status", /queue orders has 1 dead letters/);
  await until("The mark of the given up mail", limitMs, async () => {
    const flags = await scene.dovecot.flags(scene.user);
    return [...flags.values()].filter((flag) => flag.has("$BotFailed") && !flag.has("\\Seen")).length === 1;
  });
  await bot.stop();
}

/** The cause was mended, and an operator retries the letter. */
async function retryIt(scene: Scene, killer: OrderMail): Promise<void> {
  const bot = scene.startBot();
  await bot.ready();
  const [letter] = await bot.control.deadLetters("orders");
  const status = await bot.control.retryDeadLetter("orders", letter?.task.id ?? "nothing");
  scene.promise(status === 200, `Retrying the dead letter was answered with ${status}`);
  scene.mails.push(killer);
  await scene.quiet(limitMs);
  await bot.stop();
}
