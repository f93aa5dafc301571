import type { BotProcess, LogEntry } from "../bot_process.ts";
import type { ControlClient } from "../control_client.ts";
import type { Mode } from "../mail_faults/mail_fault.ts";
import type { Scene } from "../scene.ts";

/** The bot of a soak, over all its processes. */
export class SoakedBot {
  readonly scene: Scene;
  /** Seconds from the arrival of a mail to its order. */
  readonly waits: number[] = [];
  readonly #arrivedAt = new Map<string, number>();
  #process: BotProcess;
  #mode: Mode = "idle";
  #starts = 0;

  constructor(scene: Scene) {
    this.scene = scene;
    this.#process = this.#start();
  }

  get control(): ControlClient {
    return this.#process.control;
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Processes so far. */
  get starts(): number {
    return this.#starts;
  }

  ready(): Promise<void> {
    return this.#process.ready();
  }

  deliver(): void {
    const [mail] = this.scene.deliver(1);
    if (mail !== undefined) this.#arrivedAt.set(mail.poNumber, Date.now());
  }

  async killAndRestart(): Promise<void> {
    await this.scene.kill(this.#process);
    this.#process = this.#start();
  }

  /** From listening to polling, or back, while it runs. */
  changeMode(): void {
    this.#mode = this.#mode === "idle" ? "poll" : "idle";
    this.scene.writeConfig({ sources: { inbox: { mode: this.#mode } } });
    this.#process.signal("SIGHUP");
  }

  /** How it ended by itself, if it did; it is started again. */
  revive(): string | undefined {
    const { exited } = this.#process;
    if (exited === undefined) return undefined;
    this.#process = this.#start();
    return `${exited.code ?? exited.signal}`;
  }

  #start(): BotProcess {
    this.#starts += 1;
    const bot = this.scene.startBot();
    bot.onLine((entry) => this.#read(entry));
    return bot;
  }

  /** Never done: it reads on to the end. */
  #read({ code, msg }: LogEntry): false {
    const poNumber = code === "MAIL_DECIDED" ? /"Order (\S+)"/.exec(msg)?.[1] : undefined;
    const arrivedAt = poNumber === undefined ? undefined : this.#arrivedAt.get(poNumber);
    if (poNumber !== undefined && arrivedAt !== undefined) {
      this.#arrivedAt.delete(poNumber);
      this.waits.push((Date.now() - arrivedAt) / 1000);
    }
    return false;
  }
}
