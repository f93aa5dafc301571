import type { Customer, CustomerId } from "../../src/mail_order_bot_app/domain/customer.ts";

export function customer(change: Partial<Customer> = {}): Customer {
  return {
    id: "harbour_interiors" as CustomerId,
    name: "Harbour Interiors Ltd",
    addresses: ["emma.clarke@harbour-interiors.example"],
    domains: ["harbour-interiors.example"],
    acceptUnauthenticated: false,
    language: "en",
    decimalComma: false,
    policy: "partial",
    priceTolerance: 200,
    ...change,
  };
}
