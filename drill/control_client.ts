import { request } from "node:http";

/** The parts of /health that drills look at. */
export interface HealthView {
  readonly status: string;
  readonly checks: Readonly<Record<string, readonly [{ readonly status: string; readonly output?: string }]>>;
}

/** The parts of /status that drills look at. */
export interface StatusView {
  readonly runtime: { readonly phase: string; readonly configVersion: string };
  readonly health: {
    readonly checks: readonly { readonly name: string; readonly status: string; readonly output?: string }[];
  };
  readonly sources: readonly {
    readonly name: string;
    readonly status: {
      readonly state: string;
      readonly lastError?: string;
      readonly facts: Readonly<Record<string, string | number | boolean>>;
    };
  }[];
  readonly queues: readonly { readonly name: string; readonly stats: { readonly dead: number } }[];
  /** Absent while it belongs to no others. */
  readonly peers?: {
    readonly runtimes: readonly {
      readonly state: "live" | "vanished";
      readonly sources: readonly { readonly name: string; readonly state: string }[];
    }[];
  };
  readonly workers: readonly { readonly name: string; readonly busy: number; readonly concurrency: number }[];
}

export interface DeadLetterView {
  readonly task: { readonly id: string };
  readonly reason: string;
  readonly detail: string;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

const answerLimitMs = 5_000;

/** An operator at the control plane, with a new connection for each question: the bot may have died in between. */
export class ControlClient {
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  /** The status code; undefined when nobody answers. */
  async probe(path: "/livez" | "/readyz"): Promise<number | undefined> {
    return (await this.#try("GET", path))?.status;
  }

  async health(): Promise<HealthView | undefined> {
    return parsed<HealthView>(await this.#try("GET", "/health"));
  }

  async status(): Promise<StatusView | undefined> {
    return parsed<StatusView>(await this.#try("GET", "/status"));
  }

  async deadLetters(queue: string): Promise<readonly DeadLetterView[]> {
    const answer = await this.#send("GET", `/queues/${queue}/dead-letters`);
    return (JSON.parse(answer.body) as { letters: readonly DeadLetterView[] }).letters;
  }

  async retryDeadLetter(queue: string, id: string): Promise<number> {
    return (await this.#send("POST", `/queues/${queue}/dead-letters/${encodeURIComponent(id)}/retry`)).status;
  }

  /** Asks a source to look, or to connect, at once. */
  async trigger(source: string): Promise<void> {
    await this.#send("POST", `/sources/${source}/trigger`);
  }

  /** Lets no mail in until `resume`. */
  async pause(source: string): Promise<void> {
    await this.#send("POST", `/sources/${source}/pause`);
  }

  async resume(source: string): Promise<void> {
    await this.#send("POST", `/sources/${source}/resume`);
  }

  async #try(method: string, path: string): Promise<Answer | undefined> {
    return await this.#send(method, path).catch(() => undefined);
  }

  #send(method: string, path: string): Promise<Answer> {
    const answer = Promise.withResolvers<Answer>();
    const sending = request(
      {
        host: "127.0.0.1",
        port: this.#port,
        method,
        path,
        agent: false,
        headers: method === "POST" ? { "content-type": "application/json" } : {},
        signal: AbortSignal.timeout(answerLimitMs),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", answer.reject);
        response.on("end", () =>
          answer.resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
        );
      },
    );
    sending.on("error", answer.reject);
    sending.end(method === "POST" ? "{}" : undefined);
    return answer.promise;
  }
}

function parsed<T>(answer: Answer | undefined): T | undefined {
  return answer === undefined ? undefined : (JSON.parse(answer.body) as T);
}
