import { moveToActive } from "bullmq/dist/esm/scripts/moveToActive-11.js";

/**
 * BullMQ's hand-out as a function of ours: one script can then do what BullMQ does and what it cannot, at once or not at all.
 * It gets its keys and arguments as if Redis had called it.
 */
export const bullScripts = `bull.${moveToActive.name} = function(KEYS, ARGV)\n${moveToActive.content}\nend`;
