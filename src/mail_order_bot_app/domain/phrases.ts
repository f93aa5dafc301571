import type { Language } from "./customer.ts";
import type { QuantityFault } from "./order_line.ts";

/** The words of an answer in one language. */
export interface Phrases {
  readonly confirmedSubject: (orderId: string) => string;
  readonly rejectedSubject: (orderId: string) => string;
  readonly greeting: (customer: string) => string;
  readonly thanks: (orderId: string, poNumber: string | undefined) => string;
  readonly total: (amount: string) => string;
  readonly refused: string;
  readonly sorry: (poNumber: string | undefined) => string;
  readonly sendAgain: string;
  readonly footer: string;
  readonly backorder: (available: number) => string;
  readonly unknownSku: string;
  readonly badQuantity: Readonly<Record<QuantityFault, (packSize: number) => string>>;
  readonly priceDiffers: (ourPrice: string) => string;
}

const en: Phrases = {
  confirmedSubject: (orderId) => `Order ${orderId} confirmed`,
  rejectedSubject: (orderId) => `Order not accepted (${orderId})`,
  greeting: (customer) => `Dear ${customer},`,
  thanks: (orderId, po) =>
    `thank you for your order${po === undefined ? "" : ` ${po}`}. We have entered it as ${orderId}:`,
  total: (amount) => `Total: ${amount}`,
  refused: "These lines are not part of the order:",
  sorry: (po) => `we could not accept your order${po === undefined ? "" : ` ${po}`}, because of these lines:`,
  sendAgain: "Nothing has been ordered. Please send the order again with these lines corrected.",
  footer: "This answer was written automatically. If something is wrong, write to us and a person will read it.",
  backorder: (available) => `${available} in stock, the rest follows later`,
  unknownSku: "we do not know this article.",
  badQuantity: {
    "not-positive": () => "the quantity must be above zero.",
    "not-whole": () => "the quantity must be a whole number.",
    "too-many": () => "the quantity is above what can be ordered by mail.",
    "not-in-packs": (packSize) => `it is sold in packs of ${packSize}.`,
  },
  priceDiffers: (ourPrice) => `our price is ${ourPrice}.`,
};

const de: Phrases = {
  confirmedSubject: (orderId) => `Auftrag ${orderId} bestätigt`,
  rejectedSubject: (orderId) => `Bestellung nicht angenommen (${orderId})`,
  greeting: (customer) => `Guten Tag, ${customer},`,
  thanks: (orderId, po) =>
    `vielen Dank für Ihre Bestellung${po === undefined ? "" : ` ${po}`}. Wir haben sie als ${orderId} erfasst:`,
  total: (amount) => `Summe: ${amount}`,
  refused: "Diese Positionen gehören nicht zum Auftrag:",
  sorry: (po) =>
    `wir konnten Ihre Bestellung${po === undefined ? "" : ` ${po}`} nicht annehmen, wegen dieser Positionen:`,
  sendAgain: "Es wurde nichts bestellt. Bitte senden Sie die Bestellung mit berichtigten Positionen noch einmal.",
  footer:
    "Diese Antwort wurde automatisch geschrieben. Stimmt etwas nicht, schreiben Sie uns: Ein Mensch wird es lesen.",
  backorder: (available) => `${available} auf Lager, der Rest folgt später`,
  unknownSku: "diesen Artikel kennen wir nicht.",
  badQuantity: {
    "not-positive": () => "die Menge muss über null liegen.",
    "not-whole": () => "die Menge muss eine ganze Zahl sein.",
    "too-many": () => "die Menge ist höher, als per Mail bestellt werden kann.",
    "not-in-packs": (packSize) => `wird in Packungen zu ${packSize} Stück verkauft.`,
  },
  priceDiffers: (ourPrice) => `unser Preis ist ${ourPrice}.`,
};

export const phrases: Readonly<Record<Language, Phrases>> = { en, de };
