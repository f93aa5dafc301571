import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { parseConfigText } from "../../../src/adapters/file_config/parse_config_text.ts";
import { imapSourceKind, type ReceivedMail } from "../../../src/adapters/imap/index.ts";
import { memoryQueueKind } from "../../../src/adapters/memory_queue/index.ts";
import { SystemClock } from "../../../src/app_runtime/base/clock.ts";
import type { ApplicationModule } from "../../../src/app_runtime/contracts/application_module.ts";
import { done } from "../../../src/app_runtime/contracts/task_handler.ts";
import { RuntimeManager } from "../../../src/app_runtime/core/runtime_manager.ts";
import { MemoryJournal } from "../../../src/app_runtime/testing/memory_journal.ts";
import { connectClient } from "../../dev_mail_server/imap_client.ts";
import { mailServerHosts, type TestMailServer, type TestMailServerHost } from "../../support/mail_servers.ts";
import { MemoryBlobs } from "../../support/memory_blobs.ts";
import { eventually } from "./mail_desk.ts";
import { mailsIn } from "./mails_in.ts";
import { orderMail } from "./order_mail.ts";

/** A runtime as its configuration file describes it, whose one worker writes down what it gets. */
async function openOffice(yaml: string, gate: Promise<void> = Promise.resolve()) {
  const handled: { readonly source: string; readonly mail: ReceivedMail }[] = [];
  const module: ApplicationModule = {
    name: "office",
    register(registry) {
      registry.handler("note", {
        needs: [],
        create: () => ({
          handle: async (task) => {
            await gate;
            handled.push({ source: task.source, mail: task.payload as unknown as ReceivedMail });
            return done;
          },
        }),
      });
    },
  };
  const clock = new SystemClock();
  const toTask = (mail: ReceivedMail) => ({ kind: "mail", payload: { ...mail } });
  const layer = parseConfigText(yaml, { layer: "file", source: "office.yaml" }, "yaml");
  const runtime = new RuntimeManager({
    modules: [module],
    kinds: [memoryQueueKind, imapSourceKind({ toTask: toTask as never, accessTokens: () => expect.unreachable() })],
    config: {
      providers: [
        { name: "office.yaml", load: async () => layer, watch: () => ({ [Symbol.dispose]: () => undefined }) },
      ],
    },
    infrastructure: () => ({ journal: new MemoryJournal({ clock }), blobs: new MemoryBlobs() }),
    pauses: { load: async () => [], save: async () => undefined },
    clock,
  });
  await runtime.start();
  onTestFinished(async () => void (await runtime.stop("the test is over")));
  const health = (source: string) =>
    runtime.health.report().checks.find(({ name }) => name === `source:${source}`)?.finding;
  const from = (source: string) => handled.filter((each) => each.source === source).map(({ mail }) => mail.uid);
  return { handled, health, from, runtime };
}

const account = ({ connection: { host, port, user, password } }: TestMailServer) =>
  `adapter: imap, security: none, host: ${host}, port: ${port}, user: "${user}", password: ${password}, queue: mails, mode: poll, pollInterval: 20ms, settleDelay: 5ms`;

const pipeline = (capacity: number) => `
queues:
  mails: { adapter: memory, capacity: ${capacity} }
workers:
  mails: { queue: mails, handler: note, concurrency: 1 }
`;

describe.each(mailServerHosts)("several mailboxes on $name in one runtime", ({ start }) => {
  let host: TestMailServerHost;
  beforeAll(async () => {
    host = await start();
  });
  afterAll(() => host.stop());

  async function accountWith(mails: number): Promise<TestMailServer> {
    const server = await host.account();
    for (let number = 1; number <= mails; number += 1) await server.deliver(orderMail(number));
    return server;
  }

  test("one that cannot log in and one whose folder is missing do not touch the others", async () => {
    const [sales, service] = [await accountWith(2), await accountWith(1)];
    const office = await openOffice(`${pipeline(100)}
sources:
  sales: &sales { ${account(sales)} }
  locked: { <<: *sales, account: locked, password: wrong }
  lost: { <<: *sales, folder: Nowhere }
  service: { ${account(service)}, account: service }
`);
    await eventually(() => expect([office.from("sales"), office.from("service")]).toEqual([[1, 2], [1]]));
    await eventually(() => expect(office.health("locked")?.output).toContain("Check `user` and `password`"));
    await eventually(() => expect(office.health("lost")?.output).toContain('has no folder "Nowhere"'));
    await eventually(() => expect(office.health("sales")?.state).toBe("pass"));
    await sales.deliver(orderMail(3));
    await eventually(() => expect(office.from("sales")).toEqual([1, 2, 3]));
    await eventually(async () =>
      expect((await mailsIn(sales.connection, "INBOX")).map(({ flags }) => flags)).toEqual([
        ["\\Seen"],
        ["\\Seen"],
        ["\\Seen"],
      ]),
    );
  });

  test("several folders of one account are read, each with its own settings", async () => {
    const server = await accountWith(1);
    const person = await connectClient(server.connection);
    await person.mailboxCreate("Complaints");
    await person.append("Complaints", orderMail(7), []);
    await person.logout();
    const office = await openOffice(`${pipeline(100)}
sources:
  inbox: &account { ${account(server)} }
  complaints: { <<: *account, folder: Complaints, afterDone: move, doneFolder: Complaints/Done }
`);
    await eventually(() => expect([office.from("inbox"), office.from("complaints")]).toEqual([[1], [1]]));
    await eventually(async () =>
      expect(await mailsIn(server.connection, "Complaints/Done")).toMatchObject([{ subject: "Order 7" }]),
    );
    await eventually(async () =>
      expect(await mailsIn(server.connection, "INBOX")).toMatchObject([{ flags: ["\\Seen"] }]),
    );
  });

  test("one full mailbox does not keep another waiting: they take turns for room in the queue", async () => {
    const [mails, capacity] = [400, 10];
    const [full, quiet] = [await accountWith(mails), await accountWith(5)];
    const gate = Promise.withResolvers<void>();
    const office = await openOffice(
      `${pipeline(capacity)}
sources:
  full: { ${account(full)} }
  quiet: { ${account(quiet)}, account: quiet }
`,
      gate.promise,
    );
    const inFlight = (name: string) =>
      office.runtime.control.sources().find((source) => source.name === name)?.status?.inFlight;
    // Nothing is worked off yet: both wait for room.
    await eventually(() => expect(Math.min(inFlight("full") ?? 0, inFlight("quiet") ?? 0)).toBeGreaterThan(0));
    gate.resolve();
    await eventually(() => expect(office.from("quiet")).toHaveLength(5));
    const last = office.handled.findLastIndex(({ source }) => source === "quiet");
    // What the queue held, and from then on each in turn.
    expect(last).toBeLessThanOrEqual(capacity + 2 * 5 + 2);
    await eventually(() => expect(office.handled).toHaveLength(mails + 5), 30_000);
  }, 60_000);
});

test("one folder of one account is read by one source", async () => {
  const yaml = `${pipeline(10)}
sources:
  inbox: &account { adapter: imap, security: none, host: localhost, user: u, password: p, queue: mails }
  again: { <<: *account, folder: inbox }
`;
  await expect(openOffice(yaml)).rejects.toThrow(/inbox.*again|again.*inbox/s);
});
