/** An order mail of its own. */
export function orderMail(number: number, body = `${number} x A-100`): string {
  return [
    `Message-ID: <order-${number}@customer.example>`,
    "From: Jo Buyer <Jo@customer.example>",
    "To: orders@shop.example",
    `Subject: Order ${number}`,
    "",
    body,
    "",
  ].join("\r\n");
}
