import type { Clock } from "../../app_runtime/base/clock.ts";
import type { CustomerMatch } from "../domain/authenticate_sender.ts";
import type { Customer } from "../domain/customer.ts";
import { domainOf } from "../domain/safe_text.ts";
import type { CustomerDirectory } from "../services/customer_directory.ts";
import { readCustomers } from "./read_customers.ts";
import { type FileChange, type FileReading, WatchedFile } from "./watched_file.ts";

const maxBytes = 5_000_000;

interface CustomerIndex {
  readonly byAddress: ReadonlyMap<string, Customer>;
  readonly byDomain: ReadonlyMap<string, Customer>;
}

/** The customers as a YAML file (see config/customers.yaml); a change of the file is in use within a second. */
export class FileCustomers implements CustomerDirectory {
  readonly #file: WatchedFile<CustomerIndex>;

  /** @throws {DataFileError} naming every problem with its line. */
  static async open(parts: {
    readonly path: string;
    readonly clock: Clock;
    readonly onChange?: (change: FileChange) => void;
  }): Promise<FileCustomers> {
    return new FileCustomers(await WatchedFile.open({ maxBytes, read: readIndex, onChange: undefined, ...parts }));
  }

  private constructor(file: WatchedFile<CustomerIndex>) {
    this.#file = file;
  }

  /** Why a changed file is not in use; empty if the newest content is. */
  get problems(): readonly string[] {
    return this.#file.problems;
  }

  async match(address: string): Promise<CustomerMatch> {
    const index = await this.#file.current();
    const byAddress = index.byAddress.get(address);
    const byDomain = index.byDomain.get(domainOf(address));
    return { ...(byAddress && { byAddress }), ...(byDomain && { byDomain }) };
  }
}

async function readIndex(bytes: Uint8Array, path: string): Promise<FileReading<CustomerIndex>> {
  const reading = await readCustomers(bytes, path);
  if (reading.kind === "problems") return reading;
  const byAddress = new Map(
    reading.value.flatMap((customer) => customer.addresses.map((key) => [key, customer] as const)),
  );
  const byDomain = new Map(
    reading.value.flatMap((customer) => customer.domains.map((key) => [key, customer] as const)),
  );
  return { kind: "value", value: { byAddress, byDomain } };
}
