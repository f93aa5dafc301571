import { serviceToken } from "../../app_runtime/contracts/application_module.ts";
import type { Catalogue } from "../services/catalogue.ts";
import type { CustomerDirectory } from "../services/customer_directory.ts";
import type { MailParser } from "../services/mail_parser.ts";
import type { OrderBook } from "../services/order_book.ts";
import type { ProcessedMail, ReceivedMail } from "../services/process_order_mail.ts";

/** The bot's services. The first four are provided by the composition root, which knows the adapters. */
export const botTokens = {
  catalogue: serviceToken<Catalogue>("bot:catalogue"),
  customers: serviceToken<CustomerDirectory>("bot:customers"),
  orders: serviceToken<OrderBook>("bot:orders"),
  parser: serviceToken<MailParser>("bot:parser"),
  process: serviceToken<(mail: ReceivedMail) => Promise<ProcessedMail>>("bot:process"),
} as const;
