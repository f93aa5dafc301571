import { type Customer, type CustomerId, languages, linePolicies } from "../domain/customer.ts";
import { isPlainAddress } from "../domain/safe_text.ts";
import type { FileReading } from "./watched_file.ts";
import { type YamlEntry, YamlProblems } from "./yaml_entry.ts";

const knownKeys = [
  "id",
  "name",
  "addresses",
  "domains",
  "acceptUnauthenticated",
  "language",
  "decimalComma",
  "policy",
  "priceTolerance",
];

/** Reads the list under `customers:`; all problems at once. */
export async function readCustomers(bytes: Uint8Array, path: string): Promise<FileReading<readonly Customer[]>> {
  const problems = new YamlProblems(path);
  const entries = await problems.entries(new TextDecoder().decode(bytes), "customers", knownKeys);
  const customers = entries.map(readCustomer);
  refuseSharing(entries, customers);
  return problems.found.length > 0
    ? { kind: "problems", problems: problems.found }
    : { kind: "value", value: customers };
}

function readCustomer(entry: YamlEntry): Customer {
  const addresses = entry.texts("addresses").map((text) => text.toLowerCase());
  const domains = entry.texts("domains").map((text) => text.toLowerCase());
  for (const address of addresses) {
    if (!isPlainAddress(address)) entry.refuse("addresses", `"${address}" is not a mail address.`);
  }
  for (const domain of domains) {
    if (!isPlainAddress(`x@${domain}`)) entry.refuse("domains", `"${domain}" is not a domain.`);
  }
  if (addresses.length + domains.length === 0) entry.refuse("addresses", "it names nobody who may order.");
  const id = entry.text("id");
  if (id !== "" && !/^[a-z0-9][a-z0-9_-]{0,60}$/.test(id)) entry.refuse("id", "use a-z, 0-9, _ and -.");
  return {
    id: id as CustomerId,
    name: entry.text("name"),
    addresses,
    domains,
    acceptUnauthenticated: entry.flag("acceptUnauthenticated", false),
    language: entry.choice("language", languages, "en"),
    decimalComma: entry.flag("decimalComma", false),
    policy: entry.choice("policy", linePolicies, "review"),
    priceTolerance: entry.percent("priceTolerance", 0),
  };
}

/** One address, one customer: else the order of the file would decide who pays. */
function refuseSharing(entries: readonly YamlEntry[], customers: readonly Customer[]): void {
  const owners = new Map<string, string>();
  for (const [i, customer] of customers.entries()) {
    const keys = [
      ["id", `id ${customer.id}`],
      ...customer.addresses.map((address) => ["addresses", address]),
      ...customer.domains.map((domain) => ["domains", domain]),
    ] as const;
    for (const [field = "", key = ""] of keys) {
      const owner = owners.get(key);
      if (owner !== undefined) entries[i]?.refuse(field, `"${key}" already belongs to ${owner}.`);
      owners.set(key, customer.name || customer.id);
    }
  }
}
