import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { catalogueCsv, customersYaml } from "./order_mails.ts";

/** A tree of configuration; later ones go over earlier ones. */
export interface ConfigTree {
  readonly [key: string]: ConfigTree | string | number | boolean;
}

export interface BotPlaces {
  readonly directory: string;
  readonly controlPort: number;
  readonly imap: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly password: string;
    readonly folder: string;
  };
  readonly smtp: { readonly host: string; readonly port: number };
}

/** What a quick look uses instead of the defaults. */
export const fastLimits: ConfigTree = {
  maxIdle: "500ms",
  socketTimeout: "3s",
  reconnectMin: "100ms",
  reconnectMax: "2s",
  pollInterval: "200ms",
};

/** The files that the configuration names. */
export function writeDataFiles(directory: string): void {
  writeFileSync(join(directory, "catalogue.csv"), catalogueCsv);
  writeFileSync(join(directory, "customers.yaml"), customersYaml);
}

/** The configuration of a drill's bot. */
export function botConfig(places: BotPlaces, over: ConfigTree): ConfigTree {
  const { directory, controlPort, imap, smtp } = places;
  const base: ConfigTree = {
    platform: {
      name: "drill",
      dataDir: join(directory, "data"),
      control: { host: "127.0.0.1", port: controlPort },
      log: { level: "info", format: "json" },
      smtp: { ...smtp, security: "none" },
    },
    sources: { inbox: { adapter: "imap", ...imap, security: "none", queue: "orders", pollInterval: "250ms" } },
    workers: { orders: { queue: "orders", handler: "process_order_mail" } },
    mailOrderBot: {
      address: "orders@drill.example",
      name: "Drill Orders",
      messageIdDomain: "bot.drill.example",
      catalogue: join(directory, "catalogue.csv"),
      customers: join(directory, "customers.yaml"),
      maxRepliesPerHour: 100_000,
    },
  };
  return merged(base, over);
}

export function yamlOf(tree: ConfigTree): string {
  return stringify(tree);
}

export function merged(base: ConfigTree, over: ConfigTree): ConfigTree {
  const entries = Object.entries(over).map(([key, value]) => {
    const below = base[key];
    return [key, typeof below === "object" && typeof value === "object" ? merged(below, value) : value];
  });
  return { ...base, ...Object.fromEntries(entries) };
}
