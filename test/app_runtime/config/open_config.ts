import { onTestFinished } from "vitest";

import {
  type ConfigCheck,
  ConfigInvalidError,
  type ConfigShape,
  type ConfigSnapshot,
  ConfigurationManager,
  type ConfigurationManagerParts,
  layerOf,
  type ReloadOutcome,
  unitsReferTo,
} from "../../../src/app_runtime/config/api.ts";
import type { ConfigLayer, ConfigProblem, ConfigProvider } from "../../../src/app_runtime/contracts/config_provider.ts";
import type { Schema } from "../../../src/app_runtime/contracts/config_schema.ts";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";

export const platformSchema = {
  name: { doc: "Name of the deployment.", format: "nonempty", default: "shop" },
  dataDir: { doc: "Where data is kept.", format: "path", default: "./data", restart: true },
  control: {
    doc: "The control plane.",
    format: "section",
    of: {
      host: { doc: "Address to listen on.", format: "hostname", default: "127.0.0.1" },
      port: { doc: "Port to listen on.", format: "port", default: 8080 },
      token: { doc: "Needed off loopback.", format: "secret", default: null, optional: true },
    },
  },
  deadline: { doc: "Time to stop.", format: "duration", default: "30s", min: "1s", max: "10m" },
  maxUpload: { doc: "Largest upload.", format: "size", default: "25MB" },
  jitter: { doc: "Spread of waits.", format: "ratio", default: 0.1 },
  verbose: { doc: "Say more.", format: "boolean", default: false },
  tags: { doc: "Free words.", format: "list", default: [] },
} as const satisfies Schema;

export const botSchema = {
  operator: { doc: "Who gets reports.", format: "email", default: null },
  allowed: { doc: "Formats read.", format: "list", of: ["csv", "text"], default: ["csv"] },
  banner: { doc: "Said in each reply.", format: "string", default: "", sensitive: false },
  customers: {
    doc: "Customers by name.",
    format: "map",
    of: {
      sender: { doc: "Address.", format: "email", default: null },
      comma: { doc: "Decimal comma.", format: "boolean", default: false },
    },
  },
  audit: {
    doc: "Audit trail, off when absent.",
    format: "section",
    optional: true,
    of: { file: { doc: "Where to.", format: "path", default: null } },
  },
} as const satisfies Schema;

export const imapSchema = {
  host: { doc: "Server name, without scheme or port.", format: "hostname", default: null },
  mode: { doc: "How to look for mail.", format: ["poll", "idle"], default: "poll" },
  pollInterval: { doc: "Pause between two looks.", format: "duration", default: "30s" },
  password: { doc: "Password.", format: "secret", default: null },
} as const satisfies Schema;

/** A shop: one section of the platform, one of the application, and units of three roles. */
export const shape: ConfigShape = {
  sections: { platform: platformSchema, mailOrderBot: botSchema },
  unitRoles: {
    queues: {
      doc: "Where tasks wait.",
      common: { retries: { doc: "Tries.", format: "count", default: 5, max: 100 } },
      choice: {
        key: "adapter",
        kinds: {
          memory: { capacity: { doc: "Room.", format: "count", min: 1, default: 1000 } },
          redis: { url: { doc: "Server.", format: "url", default: null } },
        },
      },
    },
    sources: {
      doc: "Where tasks come from.",
      common: { queue: { doc: "Queue it fills.", format: "nonempty", default: null } },
      choice: { key: "adapter", kinds: { imap: imapSchema } },
    },
    workers: {
      doc: "Who takes tasks.",
      common: {
        queue: { doc: "Queue it empties.", format: "nonempty", default: null },
        concurrency: { doc: "How many at once.", format: "count", min: 1, default: 4 },
      },
    },
  },
};

export const checks: readonly ConfigCheck[] = [
  unitsReferTo("workers", "queue", "queues"),
  unitsReferTo("sources", "queue", "queues"),
];

/** The smallest document that is valid. */
export const valid = { mailOrderBot: { operator: "ops@example.com" } };

/** `${env:NAME}` as a file would write it. */
export function fromEnv(name: string): string {
  return `\${env:${name}}`;
}

/** `${secret:name}` as a file would write it. */
export function fromSecret(name: string): string {
  return `\${secret:${name}}`;
}

/** A provider whose content a test can replace. */
export class MemoryProvider implements ConfigProvider {
  readonly name: string;
  content: unknown;
  reads = 0;
  watchers = 0;
  #onChange: (() => void) | undefined;

  constructor(name: string, content: unknown) {
    this.name = name;
    this.content = content;
  }

  async load(): Promise<ConfigLayer> {
    this.reads += 1;
    return layerOf(this.content, { layer: this.name, source: `${this.name}.yaml`, line: 1 });
  }

  watch(onChange: () => void): Disposable {
    this.watchers += 1;
    this.#onChange = onChange;
    return {
      [Symbol.dispose]: () => {
        this.watchers -= 1;
        this.#onChange = undefined;
      },
    };
  }

  /** The content is another now, and whoever watches hears of it. */
  change(content: unknown): void {
    this.content = content;
    this.#onChange?.();
  }
}

export interface OpenConfig {
  readonly manager: ConfigurationManager;
  readonly file: MemoryProvider;
  readonly clock: ManualClock;
  readonly outcomes: readonly { readonly trigger: string; readonly outcome: ReloadOutcome }[];
}

/** A manager over one file in memory; closed, and shown to have stopped, when the test ends. */
export function openConfig(content: unknown, more: Partial<ConfigurationManagerParts> = {}): OpenConfig {
  const clock = new ManualClock();
  const file = new MemoryProvider("file", content);
  const outcomes: { trigger: string; outcome: ReloadOutcome }[] = [];
  const manager = new ConfigurationManager({
    shape,
    providers: [file],
    env: {},
    argv: [],
    checks,
    clock,
    observer: { reloaded: (trigger, outcome) => outcomes.push({ trigger, outcome }) },
    ...more,
  });
  onTestFinished(async () => {
    await manager.close();
    const left = { timers: clock.pending, watchers: file.watchers };
    if (left.timers + left.watchers > 0) throw new Error(`left running: ${JSON.stringify(left)}`);
  });
  return { manager, file, clock, outcomes };
}

export async function load(content: unknown, more: Partial<ConfigurationManagerParts> = {}): Promise<ConfigSnapshot> {
  return await openConfig(content, more).manager.load();
}

/** All problems of a document that is expected to be refused. */
export async function problemsOf(
  content: unknown,
  more: Partial<ConfigurationManagerParts> = {},
): Promise<readonly ConfigProblem[]> {
  try {
    await load(content, more);
  } catch (error) {
    if (error instanceof ConfigInvalidError) return error.problems;
    throw error;
  }
  return [];
}

/** "VALUE platform.control.port": short, for comparing. */
export function codes(problems: readonly ConfigProblem[]): readonly string[] {
  return problems.map(({ code, path }) => `${code} ${path}`.trim());
}
