import type { ConfigOf, Schema } from "../../app_runtime/contracts/config_schema.ts";

/** Config section `mailOrderBot`. */
export const mailOrderBotSchema = {
  catalogue: {
    doc: "CSV file of the articles; a change is in use within a second.",
    format: "path",
    default: "./config/catalog.csv",
    restart: true,
  },
  customers: {
    doc: "YAML file of who may order and how; a change is in use within a second.",
    format: "path",
    default: "./config/customers.yaml",
    restart: true,
  },
  address: { doc: "The address confirmations come from.", format: "email", default: null, restart: true },
  name: { doc: "The name beside that address.", format: "nonempty", default: "Orders", restart: true },
  otherAddresses: {
    doc: "Further addresses of the same mailbox: mail from them is never answered.",
    format: "list",
    of: "email",
    default: [],
    restart: true,
  },
  messageIdDomain: {
    doc: "Right side of the Message-IDs of confirmations; nobody else may use it.",
    format: "hostname",
    default: null,
    restart: true,
  },
  authservId: {
    doc: "Name under which your own mail server writes Authentication-Results. Absent: it writes none, and only customers with `acceptUnauthenticated` are taken at their word.",
    format: "nonempty",
    default: null,
    optional: true,
    restart: true,
  },
  maxQuantity: {
    doc: "A line for more pieces than this is not accepted by mail.",
    format: "count",
    min: 1,
    default: 10_000,
    restart: true,
  },
  maxRepliesPerHour: {
    doc: "At most this many confirmations to one address within an hour: the brake against two machines answering each other.",
    format: "count",
    min: 1,
    default: 20,
    restart: true,
  },
} as const satisfies Schema;

export type MailOrderBotConfig = ConfigOf<typeof mailOrderBotSchema>;
