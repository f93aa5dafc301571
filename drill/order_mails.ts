import { SeededRandom } from "./seeded_random.ts";

/** A valid order, as it was put into the mailbox. */
export interface OrderMail {
  /** The customer's order number, in the spelling the bot keeps. */
  readonly poNumber: string;
  readonly customerId: string;
  /** Without angle brackets. */
  readonly messageId: string;
  readonly raw: string;
}

/** So many that mails of different senders run side by side: those of one sender wait for each other. */
const customerCount = 16;
const skus = ["CH-1001", "CH-1002", "TB-2001", "TB-2002", "LP-6001", "RG-7001"];

/** `mailOrderBot.catalogue` */
export const catalogueCsv = [
  "sku,name,unit_price,stock,pack_size",
  ...skus.map((sku, i) => `${sku},Article ${i + 1},${10 + i}.50,1000000,1`),
  "",
].join("\n");

/** `mailOrderBot.customers` */
export const customersYaml = [
  "customers:",
  ...customerNumbers().flatMap((n) => [
    `  - id: ${customerId(n)}`,
    `    name: Customer ${n}`,
    `    addresses: [${addressOf(n)}]`,
    "    acceptUnauthenticated: true",
    "    policy: partial",
  ]),
  "",
].join("\n");

/** Makes order mails that must be accepted, each with an order number and a Message-ID of its own. */
export class OrderMails {
  readonly #random: SeededRandom;
  readonly #seed: number;
  #made = 0;

  constructor(seed: number) {
    this.#seed = seed;
    this.#random = new SeededRandom(seed);
  }

  make(count: number, subject = "Order"): OrderMail[] {
    return Array.from({ length: count }, () => this.#one(subject));
  }

  #one(subject: string): OrderMail {
    this.#made += 1;
    const customer = this.#made % customerCount;
    const poNumber = `D${this.#seed % 100_000}-${String(this.#made).padStart(5, "0")}`;
    const messageId = `drill.${this.#seed}.${this.#made}@${domainOf(customer)}`;
    const raw = [
      `From: Customer ${customer} <${addressOf(customer)}>`,
      "To: Orders <orders@drill.example>",
      `Subject: ${subject} ${poNumber}`,
      `Message-ID: <${messageId}>`,
      `Date: ${new Date(this.#sentAt()).toUTCString().replace("GMT", "+0000")}`,
      "MIME-Version: 1.0",
      "Content-Type: text/plain; charset=us-ascii",
      "",
      `Our purchase order number: ${poNumber}`,
      "",
      ...this.#lines(),
      "",
      "Kind regards,",
      `Customer ${customer}`,
      "",
    ].join("\r\n");
    return { poNumber, customerId: customerId(customer), messageId, raw };
  }

  #lines(): readonly string[] {
    const first = this.#random.between(0, skus.length - 1);
    const count = this.#random.between(1, 3);
    return Array.from({ length: count }, (_, i) => {
      return `${this.#random.between(1, 40)} x ${skus[(first + i) % skus.length]}`;
    });
  }

  /** The Date field decides nothing; repeatable all the same. */
  #sentAt(): number {
    return Date.UTC(2026, 0, 5, 8) + this.#made * 1000;
  }
}

function customerNumbers(): readonly number[] {
  return Array.from({ length: customerCount }, (_, n) => n);
}

function customerId(n: number): string {
  return `customer_${n}`;
}

function addressOf(n: number): string {
  return `purchasing@${domainOf(n)}`;
}

function domainOf(n: number): string {
  return `customer${n}.example`;
}
