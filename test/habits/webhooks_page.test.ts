import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { FileConfigProvider } from "../../src/adapters/file_config/index.ts";
import { memoryQueueKind } from "../../src/adapters/memory_queue/index.ts";
import { webhookSourceKind } from "../../src/adapters/webhook/index.ts";
import { webhookSchema } from "../../src/adapters/webhook/webhook_schema.ts";
import { SystemClock } from "../../src/app_runtime/base/clock.ts";
import type { Schema } from "../../src/app_runtime/contracts/config_schema.ts";
import type { Task } from "../../src/app_runtime/contracts/task.ts";
import { done } from "../../src/app_runtime/contracts/task_handler.ts";
import { RuntimeManager } from "../../src/app_runtime/core/api.ts";
import { MemoryJournal } from "../../src/app_runtime/testing/memory_journal.ts";
import { freePort } from "../support/free_port.ts";
import { tempDir } from "../support/temp_dir.ts";

const page = await readFile("docs/webhooks.md", "utf8");

function shown(language: string): string {
  return new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "m").exec(page)?.[1] ?? "";
}

test("the page's configuration takes what its line sends, and what it says is answered", async () => {
  const port = String(await freePort());
  const tasks = await takeDeliveries(shown("yaml").replaceAll("8090", port));
  const send = () => promisify(execFile)("sh", ["-c", shown("sh").replaceAll("8090", port)]);

  const [first, again] = [await send(), await send()];

  expect(first.stdout).toMatch(/^HTTP\/1\.1 202 Accepted/);
  expect(again.stdout).toMatch(/^HTTP\/1\.1 200 OK/);
  const answer = first.stdout.trimEnd().split("\n").at(-1) ?? "";
  expect(page).toContain(answer);
  await expect.poll(() => tasks).toHaveLength(1);
  const payload = JSON.parse(shown("json"));
  expect(tasks[0]).toMatchObject({ kind: "order.placed", orderKey: "7", id: JSON.parse(answer).taskId });
  expect(tasks[0]?.payload).toMatchObject({ deliveryId: payload.deliveryId, body: payload.body });
  expect(Object.keys(tasks[0]?.payload ?? {})).toEqual(Object.keys(payload));
});

test("the page lists every key with its default", () => {
  const rows = page.replaceAll(/ +/g, " ");
  for (const [key, value] of keysOf(webhookSchema)) {
    const shownAs = Array.isArray(value) ? `[${value.join(", ")}]` : value;
    expect(rows).toContain(`| \`${key}\` |${value === null ? "" : ` \`${shownAs}\``} |`);
  }
});

function keysOf(schema: Schema, prefix = ""): readonly (readonly [string, unknown])[] {
  return Object.entries(schema).flatMap(([name, key]) =>
    key.format === "section"
      ? keysOf(key.of, `${prefix}${name}.`)
      : [[`${prefix}${name}`, "default" in key ? key.default : null]],
  );
}

/** Runs what the page configures until the test is over. */
async function takeDeliveries(yaml: string): Promise<readonly Task[]> {
  const path = join(tempDir(), "hooks.yaml");
  await writeFile(path, yaml);
  const tasks: Task[] = [];
  const clock = new SystemClock();
  const runtime = new RuntimeManager({
    modules: [
      {
        name: "orders",
        register(registry) {
          registry.queue("orders", { adapter: "memory" });
          registry.workers("clerks", { queue: "orders", handler: "take", concurrency: 1 });
          const handle = (task: Task) => {
            tasks.push(task);
            return done;
          };
          registry.handler("take", { needs: [], create: () => ({ handle }) });
        },
      },
    ],
    kinds: [memoryQueueKind, webhookSourceKind()],
    config: { providers: [new FileConfigProvider({ name: path, path })], env: { SHOP_SECRET: "change me" } },
    pauses: { load: async () => [], save: async () => {} },
    infrastructure: () => ({ journal: new MemoryJournal({ clock }) }),
    clock,
  });
  await runtime.start();
  onTestFinished(async () => void (await runtime.stop("the test is over")));
  return tasks;
}
