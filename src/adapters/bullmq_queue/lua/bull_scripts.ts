import { moveToActive } from "bullmq/dist/esm/scripts/moveToActive-11.js";
import { moveToFinished } from "bullmq/dist/esm/scripts/moveToFinished-14.js";

/**
 * BullMQ's own scripts as functions of ours: one script can then do what BullMQ does and what it cannot, at once or not at
 * all. They get their keys and arguments as if Redis had called them.
 */
export const bullScripts = [moveToActive, moveToFinished]
  .map(({ name, content }) => `bull.${name} = function(KEYS, ARGV)\n${content}\nend`)
  .join("\n");
