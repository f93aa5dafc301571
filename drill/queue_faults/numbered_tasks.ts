import { setTimeout as delay, setImmediate } from "node:timers/promises";
import { type ApplicationModule, done, type Task, type TaskContext } from "../../src/app_runtime/index.ts";
import type { TaskLedger } from "./task_ledger.ts";

/** How long a task takes that behaves; milliseconds. */
const workMs = 20;
/** Three leases of the drill that has such tasks. */
const blockMs = 3_000;

/** The process dies as soon as a task is settled whose id begins like this. */
export const lastWords = "last-words";

/** What a handler may do with a task, by the word in its payload. */
type Behaviour = (context: TaskContext) => Promise<void>;

const behaviours: Readonly<Record<string, Behaviour>> = {
  work: ({ signal }) => delay(workMs, undefined, { signal }),
  plod: ({ signal }) => delay(200, undefined, { signal }),
  think: ({ signal }) => delay(3_000, undefined, { signal }),
  dream: ({ signal }) => delay(60_000, undefined, { signal }),
  /** Ends with its process, whatever it is told. */
  ignore: () => new Promise<never>(() => setInterval(() => undefined, 1_000)),
  /** The first who gets it stands still: no timer runs meanwhile, no lease is renewed. */
  block: async ({ delivery }) => {
    const end = performance.now() + (delivery.crashes === 0 ? blockMs : 0);
    while (performance.now() < end);
  },
  /** Takes memory until there is none left, with pauses in which others get on. */
  hoard: async () => {
    for (const hoard: unknown[] = []; ; hoard.push(Array(100_000).fill(hoard.length))) await setImmediate();
  },
  fail: async () => {
    throw new Error("It never works.");
  },
  kill: async () => {
    process.kill(process.pid, "SIGKILL");
  },
};

/** One handler that does what the payload says, then has its effect. */
export function numberedTasks(ledger: TaskLedger): ApplicationModule {
  return {
    name: "numbered_tasks",
    register(registry) {
      registry.handler("behave", {
        needs: [],
        create: () => ({
          async handle(task, context) {
            const { attempt, crashes } = context.delivery;
            ledger.note(task.id, { what: "started", attempt, crashes });
            context.signal.addEventListener("abort", () => ledger.note(task.id, { what: "told" }), { once: true });
            await behaviourOf(task)(context);
            context.signal.throwIfAborted();
            ledger.effect(task.id);
            return done;
          },
        }),
      });
    },
  };
}

function behaviourOf({ payload }: Task): Behaviour {
  const { behave } = payload as { readonly behave: string };
  const found = behaviours[behave];
  if (found === undefined) throw new RangeError(`There is no behaviour "${behave}".`);
  return found;
}
