import { expect, test, vi } from "vitest";
import { MemoryQueue } from "../../../src/adapters/memory_queue/index.ts";
import type { TaskSource } from "../../../src/app_runtime/contracts/task_source.ts";
import { queueKind, sourceKind } from "../../../src/app_runtime/contracts/unit_kind.ts";
import { MemoryJournal } from "../../../src/app_runtime/testing/memory_journal.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { openShop } from "./open_shop.ts";

const idle: Omit<TaskSource, "name"> = {
  start: async () => undefined,
  pause: () => undefined,
  resume: () => undefined,
  trigger: () => undefined,
  quiesce: async () => undefined,
  stop: async () => undefined,
  status: () => ({ state: "running", backlog: 0, inFlight: 0, published: 0, settled: 0, facts: {} }),
  health: () => ({ state: "pass" }),
};

test("when a queue has forgotten its tasks, journaled sources begin again, with their pauses, and the others stay", async () => {
  const lives: string[] = [];
  let forgot: (() => void) | undefined;
  const source = (kind: string, journaled: boolean) =>
    sourceKind({
      kind,
      schema: {},
      journaled,
      create: async (_config, { name }) => ({
        ...idle,
        name,
        start: async () => void lives.push(`${name} begins`),
        pause: () => void lives.push(`${name} is paused`),
        stop: async () => void lives.push(`${name} ends`),
      }),
    });
  const forgetful = queueKind({
    kind: "forgetful",
    schema: {},
    capabilities: [],
    create: async (_config, parts) => {
      forgot = parts.forgot;
      return new MemoryQueue(parts);
    },
  });
  const shop = await openShop({
    infrastructure: ({ clock }) => ({ journal: new MemoryJournal({ clock }) }),
    config: { platform: { dataDir: tempDir() } },
    kinds: [forgetful, source("journaled", true), source("plain", false)],
    more: (registry) => {
      registry.queue("letters", { adapter: "forgetful" });
      registry.source("mails", { adapter: "journaled", queue: "letters" });
      registry.source("ticks", { adapter: "plain", queue: "letters" });
      registry.workers("letters", { queue: "letters", handler: "work" });
    },
  });
  await shop.runtime.control.pause("somebody", "source", "mails");
  lives.length = 0;
  forgot?.();
  await vi.waitFor(() => expect(lives).toEqual(["mails ends", "mails is paused", "mails begins"]));
});
