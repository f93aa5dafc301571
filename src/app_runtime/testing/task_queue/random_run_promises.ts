import { queuePromise } from "./queue_desk.ts";
import type { TaskQueuePromise } from "./queue_under_test.ts";
import { RandomRun } from "./random_run.ts";

const seeds = [1, 2, 3, 4, 5, 6];
const steps = 300;

/** Random calls in random order, held against a model after each; a failure names its seed. */
export const randomRunPromises: readonly TaskQueuePromise[] = seeds.map((seed) =>
  queuePromise(`the figures add up and the rules hold through ${steps} random calls (seed ${seed})`, runWith(seed), {
    needs: ["order-key", "group-limit", "priority", "delay", "deduplication"],
    settings: { capacity: 20, groupLimit: 2 },
  }),
);

function runWith(seed: number): Parameters<typeof queuePromise>[1] {
  return (desk) => new RandomRun(desk, seed).run(steps);
}
