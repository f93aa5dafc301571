import { createHash } from "node:crypto";
import { bullScripts } from "./bull_scripts.ts";
import { handOutScript } from "./hand_out.ts";
import { mendScript } from "./mend.ts";
import { places } from "./places.ts";
import { publishScript } from "./publish.ts";
import { settleScript } from "./settle.ts";
import { upkeepScript } from "./upkeep.ts";

/** Everything the queue does in Redis, as one script: its first argument names what. */
export const queueScript = `
local bull = {}
${bullScripts}
${places}
${publishScript}
${handOutScript}
${settleScript}
${mendScript}
${upkeepScript}
local ops = {publish = publish, work = work, nack = nack, bury = bury, renew = renew, listLetters = listLetters,
  findLetter = findLetter, retryLetter = retryLetter, discardLetter = discardLetter, withdraw = withdraw,
  look = look, reclaim = reclaim, wake = wakeOthers}
local result = ops[op]()
return {result, moved[1], moved[2], moved[3], moved[4], string.format('%.0f', nowUs)}
`;

export const queueScriptSha = createHash("sha1").update(queueScript).digest("hex");

export type QueueOp =
  | "publish"
  | "work"
  | "nack"
  | "bury"
  | "renew"
  | "listLetters"
  | "findLetter"
  | "retryLetter"
  | "discardLetter"
  | "withdraw"
  | "look"
  | "reclaim"
  | "wake";
