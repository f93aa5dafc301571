import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";
import { toSku } from "../../../src/mail_order_bot_app/domain/article.ts";
import { DataFileError } from "../../../src/mail_order_bot_app/infrastructure/data_file_error.ts";
import { FileCatalogue } from "../../../src/mail_order_bot_app/infrastructure/file_catalogue.ts";
import { FileCustomers } from "../../../src/mail_order_bot_app/infrastructure/file_customers.ts";
import type { FileChange } from "../../../src/mail_order_bot_app/infrastructure/watched_file.ts";

let folder: string;
let clock: ManualClock;
let changes: FileChange[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bot_data_"));
  clock = new ManualClock();
  changes = [];
});
afterEach(() => rm(folder, { recursive: true }));

const write = async (name: string, text: string) => {
  await writeFile(join(folder, name), text);
  return join(folder, name);
};
const customersIn = async (text: string) =>
  await FileCustomers.open({
    path: await write("customers.yaml", text),
    clock,
    onChange: (change) => changes.push(change),
  });
const catalogueIn = async (text: string) => await FileCatalogue.open({ path: await write("catalog.csv", text), clock });

/** What is wrong with a file, without its folder. */
async function problemsOf(opening: Promise<unknown>): Promise<readonly string[]> {
  const error = await opening.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof DataFileError)) throw new Error("it was accepted", { cause: error });
  return error.problems.map((problem) => problem.replace(`${folder}/`, ""));
}

const emma = `
customers:
  - id: harbour
    name: Harbour Interiors
    addresses: [Emma@Harbour.example]
    domains: [harbour.example]
    priceTolerance: 2.5%
`;

describe("customers", () => {
  test("are found by address in any case, and by domain", async () => {
    const customers = await customersIn(emma);
    const harbour = { id: "harbour", policy: "review", language: "en", decimalComma: false, priceTolerance: 250 };
    expect(await customers.match("emma@harbour.example")).toMatchObject({ byAddress: harbour, byDomain: harbour });
    expect(await customers.match("tom@harbour.example")).toEqual({ byDomain: expect.objectContaining(harbour) });
    expect(await customers.match("eve@evil.example")).toEqual({});
  });

  test("have all their problems named at once, each with its line", async () => {
    const broken = `customers:
  - id: Harbour!
    name: Harbour
    addresses: [emma]
    polcy: partial
  - name: Nordlicht
    id: nordlicht
    addresses: [a@n.example, a@m.example]
    policy: sometimes
    decimalComma: "yes"
    priceTolerance: 2
  - id: moebel
    addresses: a@n.example
    domains: [n example]
  - just text
  - id: nordlicht
    name: Again
    addresses: [a@n.example]
`;
    const problems = await problemsOf(customersIn(broken));
    expect(problems.map((problem) => problem.replace(/ Known: .*/, ""))).toEqual([
      'customers.yaml:5: unknown key "polcy".',
      "customers.yaml:15: it is not a mapping of keys and values.",
      'customers.yaml:4: addresses: "emma" is not a mail address.',
      "customers.yaml:2: id: use a-z, 0-9, _ and -.",
      "customers.yaml:10: decimalComma: it must be true or false.",
      "customers.yaml:9: policy: it must be one of all-or-nothing, partial, review.",
      'customers.yaml:11: priceTolerance: it must be a percentage such as "2%".',
      "customers.yaml:13: addresses: it must be a list of texts.",
      'customers.yaml:14: domains: "n example" is not a domain.',
      "customers.yaml:12: name: it is missing.",
      'customers.yaml:16: id: "id nordlicht" already belongs to Nordlicht.',
      'customers.yaml:18: addresses: "a@n.example" already belongs to Nordlicht.',
    ]);
  });

  test.each([
    ["", "customers.yaml:1: it must hold a list"],
    ["customers: 5", "customers.yaml:1: it must hold a list"],
    ["customers:\n  - id: [\n", "customers.yaml:"],
    ["a: &a [x]\ncustomers: *a", "customers.yaml:1: it must hold a list"],
  ])("that are not a list are refused: %j", async (text, problem) => {
    expect((await problemsOf(customersIn(text)))[0]).toContain(problem);
  });

  test("that are missing are refused with the path", async () => {
    expect((await problemsOf(FileCustomers.open({ path: join(folder, "no.yaml"), clock })))[0]).toContain("no.yaml");
  });

  test("that change are in use with the first look after a second", async () => {
    const customers = await customersIn(emma);
    await write("customers.yaml", emma.replace("Emma@", "Tom@longer-"));
    expect((await customers.match("emma@harbour.example")).byAddress).toBeDefined();
    await clock.advance(1_000);
    expect((await customers.match("emma@harbour.example")).byAddress).toBeUndefined();
    expect(changes).toEqual([{ path: join(folder, "customers.yaml"), problems: [] }]);
  });

  test("that change for the worse stay as they were, and say why", async () => {
    const customers = await customersIn(emma);
    await write("customers.yaml", `${emma}    polcy: partial\n`);
    await clock.advance(1_000);
    expect((await customers.match("emma@harbour.example")).byAddress).toBeDefined();
    expect(customers.problems).toHaveLength(1);
    expect(changes).toMatchObject([{ problems: [expect.stringContaining('customers.yaml:8: unknown key "polcy"')] }]);

    await write("customers.yaml", `${emma}    policy: partial\n`);
    await clock.advance(1_000);
    expect((await customers.match("emma@harbour.example")).byAddress).toMatchObject({ policy: "partial" });
    expect(customers.problems).toEqual([]);
  });

  test("that vanish stay as they were", async () => {
    const customers = await customersIn(emma);
    await rm(join(folder, "customers.yaml"));
    await clock.advance(1_000);
    expect((await customers.match("emma@harbour.example")).byAddress).toBeDefined();
    expect(customers.problems[0]).toContain("ENOENT");
  });
});

describe("the catalogue", () => {
  const header = "sku,name,unit_price,stock,pack_size\n";

  test("has articles by their number in any case", async () => {
    const catalogue = await catalogueIn(`${header}ch-1001,"Chair, oak",49.90,10,2\n\nCH-1002,Chair,1,0,1\n`);
    expect([...(await catalogue.articles([toSku("ch-1001"), toSku("XX-9999")])).values()]).toEqual([
      { sku: "CH-1001", name: "Chair, oak", unitPrice: 4_990, stock: 10, packSize: 2 },
    ]);
  });

  test("has all its problems named at once, each with its line", async () => {
    const broken = `${header}CH-1001,Chair,"49,90",10,1\n4711,,1.00,-1,0\nCH-1002,Chair,1,1,1\nch-1002,Chair,1,1,1\n`;
    expect(await problemsOf(catalogueIn(broken))).toEqual([
      'catalog.csv:2: unit_price "49,90" is not an amount such as 49.90.',
      'catalog.csv:3: sku "4711" is not of the form "CH-1001", so no mail could name it.',
      "catalog.csv:3: name is empty.",
      'catalog.csv:3: stock "-1" is not a whole number.',
      'catalog.csv:3: pack_size "0" is not 1 or more.',
      "catalog.csv:5: CH-1002 is listed twice.",
    ]);
  });

  test("without its columns is refused", async () => {
    expect(await problemsOf(catalogueIn("sku;name\nCH-1001;Chair\n"))).toEqual([
      "catalog.csv:1: these columns are missing: unit_price, stock, pack_size.",
    ]);
  });
});
