import type { ApplicationModule } from "../../app_runtime/contracts/application_module.ts";
import { platformTokens } from "../../app_runtime/contracts/platform_tokens.ts";
import { ProcessOrderMailHandler } from "../handlers/process_order_mail_handler.ts";
import { CsvReader } from "../infrastructure/csv_reader.ts";
import { PostalMailParser } from "../infrastructure/postal_mail_parser.ts";
import { orderMailTaskKind } from "../services/order_mail_payload.ts";
import type { OrderRules } from "../services/order_rules.ts";
import { processOrderMail } from "../services/process_order_mail.ts";
import { type MailOrderBotConfig, mailOrderBotSchema } from "./mail_order_bot_schema.ts";
import { botTokens } from "./mail_order_bot_tokens.ts";

/** Reads order mails, decides, and keeps orders and confirmations. */
export const mailOrderBotModule: ApplicationModule = {
  name: "mail_order_bot",
  register(registry) {
    const { clock, events, blobs } = platformTokens;
    const { catalogue, customers, orders, parser, process } = botTokens;
    const config = registry.config("mailOrderBot", mailOrderBotSchema);

    registry.service(parser, { needs: [clock], create: (clock) => new PostalMailParser({ clock }) });
    registry.service(process, {
      needs: [config, clock, catalogue, customers, orders, parser],
      create: (config, clock, catalogue, customers, orders, parser) =>
        processOrderMail({
          clock,
          catalogue,
          customers,
          orders,
          parser,
          tables: new CsvReader(),
          rules: orderRules(config),
        }),
    });
    registry.handler("process_order_mail", {
      needs: [blobs, process, events],
      accepts: [orderMailTaskKind],
      create: (blobs, process, events) => new ProcessOrderMailHandler({ blobs, process, events }),
    });
    registry.queue("orders", { adapter: "memory" });
    registry.workers("orders", { queue: "orders", handler: "process_order_mail", concurrency: 16 });
  },
};

function orderRules(config: MailOrderBotConfig): OrderRules {
  const { address, name, otherAddresses, messageIdDomain, authservId, maxQuantity, maxRepliesPerHour } = config;
  return {
    identity: { address, name, otherAddresses, messageIdDomain },
    maxQuantity,
    maxRepliesPerHour,
    ...(authservId === undefined ? {} : { authservId }),
  };
}
