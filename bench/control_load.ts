import { get } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "../test/support/free_port.ts";
import { alternate, measureCalm } from "./alternate.ts";
import type { Bench } from "./bench.ts";
import type { BusyFigures, BusyRequest } from "./busy_runtime_side.ts";
import type { QueuePlace } from "./queue_of_kind.ts";
import { withQueueSides } from "./queue_sides.ts";
import { quantile, rounded, spread } from "./statistics.ts";

const script = new URL("./busy_runtime_side.ts", import.meta.url);
const paths = ["/health", "/metrics"];
const askEveryMs = 100;

interface Asked extends BusyFigures {
  /** How long each answer took; empty when nobody asked. */
  readonly answersMs: readonly number[];
}

/** B12: how soon the control plane answers while a pool is as busy as it can be, and what its answers take from the tasks. */
export const controlLoad: Bench = {
  name: "control_load",
  question: "How soon does a busy runtime answer /health and /metrics ten times a second, and what does it cost?",
  run: ({ quick, say }) =>
    withQueueSides<Omit<BusyRequest, keyof QueuePlace>, Awaited<ReturnType<Bench["run"]>>>(async (run) => {
      const seconds = quick ? 0.5 : 10;
      const measure = async (asking: boolean, busy = true): Promise<Asked> => {
        const controlPort = await freePort();
        const ended = new AbortController();
        const answers = asking ? askUntil(controlPort, ended.signal) : Promise.resolve([]);
        const settings = { name: "busy", controlPort, concurrency: 50, seconds, swaps: 0, ...(busy && { pump: {} }) };
        const figures = await run<BusyFigures>(script, "bullmq", settings).finally(() => ended.abort());
        return { ...figures, answersMs: await answers };
      };
      const calm = await measureCalm(quick ? 1 : 3, async () => 1 / (await measure(false)).tasksPerSecond);
      say(`the same side twice: ${calm.ratios.median}`);
      const pairs = await alternate(
        quick ? 1 : 9,
        { asked: () => measure(true), alone: () => measure(false) },
        ({ asked, alone }, number) => {
          const p99 = rounded(quantile(asked.answersMs, 0.99));
          const loss = rounded(lossOf(asked.cpuUsPerTask, alone.cpuUsPerTask));
          say(`pair ${number}: ${asked.answersMs.length} answers, p99 ${p99} ms; ${loss} % more CPU per task`);
        },
      );
      const idle = await alternate(
        quick ? 1 : 3,
        { asked: () => measure(true, false), alone: () => measure(false, false) },
        ({ asked, alone }, number) => {
          const [more, without] = [asked, alone].map(({ cpuPercent }) => rounded(cpuPercent));
          say(`idle pair ${number}: ${more} % of a core, without questions ${without} %`);
        },
      );
      const answers = pairs.flatMap(({ asked }) => asked.answersMs);
      const p99 = rounded(quantile(answers, 0.99));
      const coreShare = spread(idle.map(({ asked, alone }) => asked.cpuPercent - alone.cpuPercent));
      const moreCpu = spread(pairs.map(({ asked, alone }) => lossOf(asked.cpuUsPerTask, alone.cpuUsPerTask)));
      const fewerTasks = spread(pairs.map(({ asked, alone }) => lossOf(alone.tasksPerSecond, asked.tasksPerSecond)));
      return {
        figures: {
          sameSideTwice: calm.ratios,
          wallIsVoid: calm.trouble ?? false,
          answers: answers.length,
          answerP50Ms: rounded(quantile(answers, 0.5)),
          answerP99Ms: p99,
          answerMaxMs: rounded(quantile(answers, 1)),
          tasksPerSecond: spread(
            pairs.map(({ asked }) => asked.tasksPerSecond),
            0,
          ),
          answersCpuPercentOfACore: coreShare,
          moreCpuPerTaskPercent: moreCpu,
          fewerTasksPercent: fewerTasks,
        },
        goals: [
          { what: "answer of a busy runtime, 99th percentile, ms", got: p99, atMost: 20, void: calm.trouble },
          { what: "CPU of ten answers a second, % of a core", got: coreShare.median, atMost: 2 },
          { what: "tasks/s given up for them, %", got: fewerTasks.median, atMost: 2, void: calm.trouble },
        ],
      };
    }),
};

function lossOf(larger: number, smaller: number): number {
  return (larger / smaller - 1) * 100;
}

/** Asks in turn at fixed times, whether or not the answer before has come; each counts from when it was due. */
async function askUntil(port: number, ended: AbortSignal): Promise<readonly number[]> {
  const answers: number[] = [];
  const beganAt = performance.now();
  for (let n = 0; !ended.aborted; n += 1) {
    const dueAt = beganAt + n * askEveryMs;
    await pause(Math.max(0, dueAt - performance.now()));
    const request = get({ host: "127.0.0.1", port, path: paths[n % paths.length], agent: false }, (response) => {
      response.resume().on("end", () => answers.push(performance.now() - dueAt));
    });
    request.on("error", () => undefined); // it is not there yet, or not any more
  }
  return answers;
}
