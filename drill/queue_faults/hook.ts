import { join } from "node:path";
import { freePort } from "../../test/support/free_port.ts";
import type { BotProcess } from "../bot_process.ts";
import { answerTo } from "./flood.ts";
import type { QueueStage } from "./queue_stage.ts";

/** A runtime that receives deliveries over HTTP, and keeps journal and address from one start to the next. */
export interface Hook {
  start(): Promise<BotProcess>;
  /** The status of the answer; undefined when nobody answered. */
  post(id: string): Promise<number | undefined>;
}

export async function openHook(stage: QueueStage): Promise<Hook> {
  const port = await freePort();
  const hook = { adapter: "webhook", queue: "work", port, path: "/hook" };
  const platform = { dataDir: join(stage.backing.disk?.path ?? stage.directory, "hook"), drill: { journal: true } };
  let starts = 0;
  return {
    start: () => {
      starts += 1;
      return stage.start(`hook-${starts}`, { sources: { hook }, work: {}, platform });
    },
    post: (id) => {
      const headers = { "content-type": "application/json", "webhook-id": id };
      return answerTo({ port, path: "/hook", method: "POST", headers, body: '{"behave":"work"}' });
    },
  };
}
