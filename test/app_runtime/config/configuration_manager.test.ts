import { expect, expectTypeOf, test } from "vitest";
import type { DurationMs } from "../../../src/app_runtime/base/duration.ts";
import type { Bytes } from "../../../src/app_runtime/base/size.ts";
import {
  ConfigAccessError,
  ConfigShapeError,
  ConfigStateError,
  ConfigurationManager,
} from "../../../src/app_runtime/config/api.ts";
import type { ConfigOf } from "../../../src/app_runtime/contracts/config_schema.ts";
import {
  botSchema,
  fromEnv,
  type imapSchema,
  load,
  MemoryProvider,
  openConfig,
  platformSchema,
  problemsOf,
  shape,
  valid,
} from "./open_config.ts";

test("what nobody says is the default of the schema, parsed", async () => {
  const platform = (await load(valid)).get("platform", platformSchema);

  expect(platform).toEqual({
    name: "shop",
    dataDir: "./data",
    control: { host: "127.0.0.1", port: 8080 },
    deadline: 30_000,
    maxUpload: 25_000_000,
    jitter: 0.1,
    verbose: false,
    tags: [],
  });
});

test("each layer overrides the ones below it, key by key", async () => {
  const platformFile = new MemoryProvider("platform", {
    platform: { name: "a", control: { port: 1, host: "a.example" } },
  });
  const applicationFile = new MemoryProvider("application", {
    ...valid,
    platform: { name: "b", control: { port: 2 } },
  });
  const environmentFile = new MemoryProvider("environment", { platform: { name: "c" } });
  const snapshot = await load(undefined, {
    providers: [platformFile, applicationFile, environmentFile],
    env: { APP_RUNTIME__PLATFORM__NAME: "d", APP_RUNTIME__PLATFORM__VERBOSE: "true" },
    argv: ["serve", "--set", "platform.name=e"],
  });

  const platform = snapshot.get("platform", platformSchema);
  expect([platform.name, platform.verbose, platform.control.port, platform.control.host]).toEqual([
    "e",
    true,
    2,
    "a.example",
  ]);
  expect(snapshot.origin("platform.name")?.place?.source).toBe("--set platform.name");
  expect(snapshot.origin("platform.verbose")?.place?.source).toBe(
    "environment variable APP_RUNTIME__PLATFORM__VERBOSE",
  );
  expect(snapshot.origin("platform.control.port")?.place).toMatchObject({ layer: "application", line: 1 });
  expect(snapshot.origin("platform.deadline")).toEqual({ references: [] });
  expect(snapshot.origin("platform.nothing")).toBeUndefined();
});

test("lists replace, and an empty value says nothing", async () => {
  const lower = new MemoryProvider("lower", {
    ...valid,
    platform: { tags: ["a", "b"], name: "kept", control: { port: 1 } },
  });
  const higher = new MemoryProvider("higher", { platform: { tags: ["c"], name: null, control: null }, queues: null });
  const platform = (await load(undefined, { providers: [lower, higher] })).get("platform", platformSchema);

  expect([platform.tags, platform.name, platform.control.port]).toEqual([["c"], "kept", 1]);
});

test("a module's default unit is overridden by its name", async () => {
  const snapshot = await load(
    { ...valid, queues: { orders: { capacity: 7 } } },
    {
      defaults: [
        { source: "module shop", values: { queues: { orders: { adapter: "memory", capacity: 50, retries: 2 } } } },
      ],
    },
  );

  expect(snapshot.units("queues").get("orders")).toEqual({
    role: "queues",
    name: "orders",
    kind: "memory",
    config: { capacity: 7, retries: 2 },
  });
  expect(snapshot.origin("queues.orders.retries")?.place?.source).toBe("module shop");
});

test("a unit that changes its kind keeps only the common keys of what it was", async () => {
  const snapshot = await load(
    { ...valid, queues: { orders: { adapter: "redis", url: "redis://localhost" } } },
    {
      defaults: [
        { source: "module shop", values: { queues: { orders: { adapter: "memory", capacity: 50, retries: 2 } } } },
      ],
    },
  );

  expect(snapshot.units("queues").get("orders")).toMatchObject({
    kind: "redis",
    config: { url: "redis://localhost", retries: 2 },
  });
});

test("a unit that says enabled: false is gone, whatever else it says", async () => {
  const snapshot = await load(
    { ...valid, sources: { inbox: { enabled: fromEnv("INBOX"), adapter: "imap", host: fromEnv("MISSING") } } },
    { env: { INBOX: "false" } },
  );

  expect([...snapshot.units("sources").keys()]).toEqual([]);
  expect(snapshot.disabledUnits("sources")).toEqual(["inbox"]);
  expect(snapshot.values.sources).toEqual({});
});

test("maps hold sections under names of the user's choice; optional sections may be absent", async () => {
  const customers = { acme: { sender: "a@acme.example", comma: true }, bolt: { sender: "b@bolt.example" } };
  const bot = (await load({ mailOrderBot: { operator: "ops@example.com", customers } })).get("mailOrderBot", botSchema);

  expect(bot.customers.bolt).toEqual({ sender: "b@bolt.example", comma: false });
  expect("audit" in bot).toBe(false);
});

test("a snapshot cannot be changed", async () => {
  const snapshot = await load({ ...valid, platform: { tags: ["a"] } });
  const platform = snapshot.get("platform");

  expect(() => Object.assign(platform, { name: "other" })).toThrow(TypeError);
  expect(() => (platform.tags as string[]).push("b")).toThrow(TypeError);
  expect(Object.isFrozen((snapshot.values.platform as Record<string, unknown>).control)).toBe(true);
});

test("environment variables match names without regard to case and underscores, also of units and map entries", async () => {
  const content = {
    mailOrderBot: { operator: "ops@example.com", customers: { acme_ltd: { sender: "a@acme.example" } } },
    queues: { fastOrders: { adapter: "memory" } },
  };
  const snapshot = await load(content, {
    envPrefix: "SHOP",
    env: {
      SHOP__PLATFORM__DATA_DIR: "/var/shop",
      SHOP__PLATFORM__MAXUPLOAD: "1GB",
      SHOP__PLATFORM__TAGS: "a, b",
      SHOP__MAIL_ORDER_BOT__CUSTOMERS__ACME_LTD__COMMA: "true",
      SHOP__QUEUES__FAST_ORDERS__CAPACITY: "12",
      SHOP_HOME: "not ours",
    },
  });

  expect(snapshot.get("platform")).toMatchObject({ dataDir: "/var/shop", maxUpload: 1e9, tags: ["a", "b"] });
  expect(snapshot.get("mailOrderBot")).toMatchObject({ customers: { acme_ltd: { comma: true } } });
  expect(snapshot.units("queues").get("fastOrders")?.config).toMatchObject({ capacity: 12 });
});

test("the version is a counter and a hash of what is configured, the same for the same configuration", async () => {
  const [one, same, other] = [await load(valid), await load(valid), await load({ ...valid, platform: { name: "x" } })];

  expect(one.version).toMatch(/^1-[0-9a-f]{8}$/);
  expect(same.version).toBe(one.version);
  expect(other.version).not.toBe(one.version);
});

test("what code asks for must have been declared", async () => {
  const snapshot = await load(valid);

  expect(() => snapshot.get("platfrom")).toThrow(ConfigAccessError);
  expect(() => snapshot.get("platform", botSchema)).toThrow(ConfigAccessError);
  expect(() => snapshot.units("queue")).toThrow(ConfigAccessError);
  expect(() => snapshot.get("constructor")).toThrow(ConfigAccessError);
});

test("before load there is nothing, and loading twice is a mistake", async () => {
  const { manager } = openConfig(valid);
  expect(() => manager.current).toThrow(ConfigStateError);
  expect(() => manager.watch()).toThrow(ConfigStateError);
  await expect(manager.reload("early")).rejects.toThrow(ConfigStateError);
  await manager.load();
  await expect(manager.load()).rejects.toThrow(ConfigStateError);
});

test("a load that failed may be tried again", async () => {
  const { manager, file } = openConfig({});
  await expect(manager.load()).rejects.toThrow("mailOrderBot.operator");
  file.content = valid;
  expect((await manager.load()).version).toMatch(/^1-/);
});

test("schemas that collide or cannot be written are refused when the manager is made", () => {
  const make = (wrong: Partial<typeof shape>) => () =>
    new ConfigurationManager({ ...openConfig(valid), shape: { ...shape, ...wrong }, providers: [], env: {}, argv: [] });
  const key = { doc: "", format: "string", default: "" } as const;

  expect(make({ sections: { queues: {} } })).toThrow(ConfigShapeError);
  expect(make({ sections: { platform: { "data.dir": key } } })).toThrow(ConfigShapeError);
  expect(make({ unitRoles: { queues: { doc: "", common: { enabled: key } } } })).toThrow(ConfigShapeError);
});

test("a default that its own schema refuses is a problem too", async () => {
  const wrong = {
    ...shape,
    sections: { platform: { wait: { doc: "", format: "duration", default: "soon" } } },
  } as const;
  const problems = await problemsOf({}, { shape: wrong });

  expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining('got "soon"')]);
});

test("the types of a section come from its schema", () => {
  type Imap = ConfigOf<typeof imapSchema>;
  type Platform = ConfigOf<typeof platformSchema>;
  type Bot = ConfigOf<typeof botSchema>;

  expectTypeOf<Imap["mode"]>().toEqualTypeOf<"poll" | "idle">();
  expectTypeOf<Imap["pollInterval"]>().toEqualTypeOf<DurationMs>();
  expectTypeOf<Platform["maxUpload"]>().toEqualTypeOf<Bytes>();
  expectTypeOf<Platform["control"]["token"]>().toEqualTypeOf<string | undefined>();
  expectTypeOf<Platform["control"]["port"]>().toEqualTypeOf<number>();
  expectTypeOf<Bot["allowed"]>().toEqualTypeOf<readonly ("csv" | "text")[]>();
  expectTypeOf<Bot["customers"][string]["comma"]>().toEqualTypeOf<boolean>();
});
