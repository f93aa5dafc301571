import { mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { isatty } from "node:tty";
import type { Clock } from "../../app_runtime/base/clock.ts";
import { messageOf, RuntimeError } from "../../app_runtime/base/runtime_error.ts";
import type { HealthContributor, HealthFinding } from "../../app_runtime/contracts/health_contributor.ts";
import type { EventChannel, RuntimeEvent } from "../../app_runtime/contracts/runtime_event.ts";
import { LineSink } from "./line_sink.ts";
import { isAtLeast, levelOf } from "./log_level.ts";
import { type LogLine, logLine } from "./log_line.ts";
import type { LogConfig } from "./pino_log_schema.ts";
import { textLine } from "./text_line.ts";

type WriteLine = (line: LogLine) => void;

const maxHeld = 1_000;
const closeLimitMs = 1_000;
const standardOutput = 1;

/**
 * Writes what the runtime says about itself. It reads from the first event on: what comes before open(), when nobody knows
 * yet where the log goes, is held. It is closed last of all, when the runtime has said its last word.
 */
export class PinoLog implements HealthContributor {
  readonly name = "runtime:log";
  readonly required = false;
  readonly #clock: Clock;
  #held: RuntimeEvent[] = [];
  #sink: LineSink | undefined;
  #least: LogConfig["level"] = "info";
  #writeLine: WriteLine | undefined;

  constructor(parts: { readonly clock: Clock }) {
    this.#clock = parts.clock;
  }

  /** A reader of the event channel. */
  readonly read = (event: RuntimeEvent): void => {
    if (this.#writeLine === undefined) this.#hold(event);
    else if (isAtLeast(levelOf(event), this.#least)) this.#writeLine(logLine(event));
  };

  /** `events` is told when the log works again after lines were lost. @throws {LogFileError} */
  async open(config: LogConfig, events: EventChannel): Promise<void> {
    const fd = config.file === undefined ? standardOutput : openFile(config.file);
    const sink = new LineSink({
      fd,
      clock: this.#clock,
      onRecovered: (lost, cause) => tellRecovery(events, lost, cause),
    });
    const isText = config.format === "text" || (config.format === "auto" && isatty(fd));
    const coloured = isatty(fd) && process.env.NO_COLOR === undefined;
    this.#writeLine = isText ? (line) => sink.write(textLine(line, coloured)) : await jsonWriter(sink);
    this.#least = config.level;
    this.#sink = sink;
    process.on("exit", this.#flushNow);
    for (const event of this.#held.splice(0)) this.read(event);
  }

  check(): HealthFinding {
    const sink = this.#sink;
    if (sink?.trouble === undefined) return { state: "pass" };
    return {
      state: "warn",
      output: `Log lines are being lost: ${sink.trouble}. The runtime goes on; make room or look at who reads the log.`,
      observed: { lostLines: sink.lost },
    };
  }

  /** Resolves when everything said so far is written or lost. @throws {TimeLimitError} after a second. */
  async flush(): Promise<void> {
    await this.#sink?.flush(closeLimitMs);
  }

  /** Writes what is left, for at most `limitMs`; what is said afterwards is lost. Idempotent. */
  async close(limitMs: number = closeLimitMs): Promise<void> {
    const sink = this.#sink;
    this.#sink = undefined;
    this.#writeLine = () => {};
    this.#held = [];
    process.off("exit", this.#flushNow);
    await sink?.close(limitMs);
  }

  readonly #flushNow = (): void => this.#sink?.flushNow();

  #hold(event: RuntimeEvent): void {
    if (this.#held.length < maxHeld) this.#held.push(event);
  }
}

/** The file of the log, or its directory, cannot be made or opened. */
export class LogFileError extends RuntimeError {
  readonly code = "LOG_FILE";

  constructor(path: string, cause: unknown) {
    super(
      `The log file ${path} cannot be opened: ${messageOf(cause)}. Set platform.log.file to a file that can be written.`,
      {
        cause,
      },
    );
  }
}

function openFile(path: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
    return openSync(path, "a", 0o640);
  } catch (thrown) {
    throw new LogFileError(path, thrown);
  }
}

/** One JSON object per line. pino is imported only here, so that a log for people does not pay for it. */
async function jsonWriter(sink: LineSink): Promise<WriteLine> {
  const { pino } = await import("pino");
  const logger = pino(
    {
      level: "debug",
      base: { pid: process.pid },
      timestamp: false,
      formatters: { level: (label) => ({ level: label }) },
    },
    sink,
  );
  return ({ at, level, sentence, fields }) => {
    logger[level]({ time: new Date(at).toISOString(), ...fields }, sentence);
  };
}

function tellRecovery(events: EventChannel, lost: number, cause: string): void {
  events.emit({
    kind: "unit.fact",
    unit: "runtime:log",
    code: "LOG_LINES_LOST",
    level: "warn",
    message: `${lost} log lines were lost before this one: ${cause}.`,
    fields: { lost },
  });
}
