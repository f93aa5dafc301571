import { Agent, request } from "node:http";

interface Question {
  readonly port: number;
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly agent?: Agent;
}

/** The status code; undefined when nobody answered. */
export function answerTo({ port, path, body, agent, ...rest }: Question): Promise<number | undefined> {
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  const sent = request({ host: "127.0.0.1", port, path, agent: agent ?? false, ...rest }, (response) => {
    response.resume().on("error", () => resolve(undefined));
    response.on("end", () => resolve(response.statusCode));
  });
  sent.on("error", () => resolve(undefined));
  sent.end(body);
  return promise;
}

const tickMs = 10;
const mostOpen = 500;
const paths = ["/health", "/status", "/metrics", "/sources", "/config", "/nothing", "/queues/work/dead-letters"];

/** Requests at a rate, whether they are answered or not. */
export class Flood {
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 50 });
  readonly #answers = new Map<number, number>();
  #timer: NodeJS.Timeout | undefined;
  #open = 0;
  #sent = 0;

  constructor(port: number) {
    this.#port = port;
  }

  get answered(): number {
    return this.#answers.values().reduce((sum, times) => sum + times, 0);
  }

  /** How often which status was answered. */
  get said(): string {
    return [...this.#answers].map(([status, times]) => `${times} of ${status}`).join(", ");
  }

  start(perSecond: number): void {
    this.#timer = setInterval(() => {
      for (let n = 0; n < (perSecond * tickMs) / 1_000 && this.#open < mostOpen; n += 1) void this.#ask();
    }, tickMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #ask(): Promise<void> {
    const path = paths[this.#sent % paths.length] ?? "/";
    this.#sent += 1;
    this.#open += 1;
    const status = await answerTo({ port: this.#port, path, agent: this.#agent });
    this.#open -= 1;
    if (status !== undefined) this.#answers.set(status, (this.#answers.get(status) ?? 0) + 1);
  }
}
