/** The mails of the bot's benchmarks: 100 senders of 25 customers, each mail an order of its own, about 1.4 kB. */

interface Sender {
  readonly name: string;
  readonly address: string;
  readonly domain: string;
}

const customers = 25;
const articles = ["CH-1001", "CH-1002", "ST-1102", "TB-2003", "SH-3001", "SH-3002", "LP-6001", "LP-6002"];
const people = ["purchasing", "emma.clarke", "j.weber", "warehouse"];

/** Text of the `customers` file that lets all of them order. */
export function customersFile(): string {
  const entries = Array.from({ length: customers }, (_, index) => ({
    id: `customer_${index}`,
    name: `Customer ${index} Ltd`,
    addresses: people.map((person) => `${person}@${domainOf(index)}`),
    acceptUnauthenticated: true,
    policy: "partial",
  }));
  return JSON.stringify({ customers: entries });
}

/** Mail number `n`: three lines that can be delivered, an order number nobody else uses. */
export function orderMail(n: number): string {
  const { name, address, domain } = senderOf(n);
  const date = new Date(Date.UTC(2026, 10, 16) + n * 1000).toUTCString().replace("GMT", "+0000");
  return [
    `Return-Path: <${address}>`,
    `Received: from mail.${domain} ([192.0.2.25])`,
    `\tby mx.fjord-furniture.example with ESMTPS id ${hex(n, 12)}`,
    `\tfor <orders@fjord-furniture.example>; ${date}`,
    `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=${domain}; s=mail2026;`,
    `\th=from:to:subject:date:message-id; bh=${hex(n * 7, 43)}=;`,
    `\tb=${hex(n * 11, 64)}`,
    `\t ${hex(n * 13, 64)}`,
    `\t ${hex(n * 17, 43)}=`,
    `Date: ${date}`,
    `From: ${name} <${address}>`,
    "To: Fjord Furniture Orders <orders@fjord-furniture.example>",
    `Subject: Purchase order PO ${100_000 + n}`,
    `Message-ID: <po-${100_000 + n}.${hex(n * 3, 8)}@mail.${domain}>`,
    "User-Agent: Mozilla Thunderbird",
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=utf-8; format=flowed",
    "Content-Transfer-Encoding: 8bit",
    "",
    "Dear Fjord Furniture team,",
    "",
    `our PO ${100_000 + n}:`,
    "",
    ...[0, 1, 2].map((line) => `${(n % 4) + 1 + line} x ${articleOf(n + line)}`),
    "",
    "Please deliver to our usual address and send the invoice to our",
    "accounting as always.",
    "",
    "Kind regards,",
    name,
    "-- ",
    `${name}, Customer ${n % customers} Ltd`,
    `Harbour Street ${(n % 90) + 1}, 4020 Example Town`,
    `https://www.${domain}/`,
    "",
  ].join("\r\n");
}

/** Neighbours in the mailbox come from different senders, as in a shop that many people order from. */
function senderOf(n: number): Sender {
  const domain = domainOf(n % customers);
  const person = people[Math.floor(n / customers) % people.length] ?? "";
  return { name: person.replace(".", " "), address: `${person}@${domain}`, domain };
}

function domainOf(customer: number): string {
  return `customer-${customer}.example`;
}

function articleOf(n: number): string {
  return articles[n % articles.length] ?? "";
}

/** Digits that look like a signature and are the same in every run. */
function hex(seed: number, length: number): string {
  return (seed * 2_654_435_761 + 1).toString(16).repeat(length).slice(0, length);
}
