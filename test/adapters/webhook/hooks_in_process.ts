import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { type Answer, post } from "./open_webhook.ts";

export interface HooksOptions {
  readonly dataDir: string;
  readonly port: number;
  /** The section of its queue. */
  readonly queue: Readonly<Record<string, unknown>>;
  /** Its handlers answer never. */
  readonly hold?: boolean;
}

/** A runtime in a node process of its own that books what is posted to it. */
export function startHooks({ dataDir, port, queue, hold = false }: HooksOptions): ChildProcess {
  const program = fileURLToPath(new URL("./webhook_program.ts", import.meta.url));
  const words = [program, dataDir, String(port), JSON.stringify(queue), ...(hold ? ["hold"] : [])];
  return spawn(process.execPath, words, { stdio: ["ignore", "ignore", "inherit"] });
}

/** Undefined when nobody answers. */
export async function deliver(port: number, name: string): Promise<Answer | undefined> {
  const url = `http://127.0.0.1:${port}/hook`;
  return await post(url, JSON.stringify({ item: name }), { "webhook-id": name }).catch(() => undefined);
}

/** What was done, as often as it was. */
export function booked(dataDir: string): readonly string[] {
  return rows(dataDir, "SELECT item FROM booking").map(({ item }) => String(item));
}

export function unfinished(dataDir: string): number {
  return rows(dataDir, "SELECT 1 FROM journal WHERE state <> 'done'").length;
}

function rows(dataDir: string, sql: string) {
  using database = new DatabaseSync(join(dataDir, "journal.sqlite"), { readOnly: true });
  return database.prepare(sql).all();
}
