import { consumerPromises } from "./task_queue/consumer_promises.ts";
import { deadLetterPromises } from "./task_queue/dead_letter_promises.ts";
import { leasePromises } from "./task_queue/lease_promises.ts";
import { orderPromises } from "./task_queue/order_promises.ts";
import { publishPromises } from "./task_queue/publish_promises.ts";
import type { TaskQueuePromise } from "./task_queue/queue_under_test.ts";
import { randomRunPromises } from "./task_queue/random_run_promises.ts";
import { sharingPromises } from "./task_queue/sharing_promises.ts";
import { survivalPromises } from "./task_queue/survival_promises.ts";
import { timePromises } from "./task_queue/time_promises.ts";
import { withdrawPromises } from "./task_queue/withdraw_promises.ts";

/** Everything a TaskQueue promises. An adapter passes all whose needs it claims, and so does every fast path before one. */
export const taskQueuePromises: readonly TaskQueuePromise[] = [
  ...publishPromises,
  ...leasePromises,
  ...orderPromises,
  ...timePromises,
  ...consumerPromises,
  ...deadLetterPromises,
  ...withdrawPromises,
  ...survivalPromises,
  ...sharingPromises,
  ...randomRunPromises,
];
