import type { ApplicationModule, TaskHandler } from "../src/app_runtime/index.ts";
import { mailOrderBotSchema } from "../src/mail_order_bot_app/module/mail_order_bot_schema.ts";

/** The bot's module with another handler; the rest of the house is the same. */
export function moduleWith(handle: TaskHandler["handle"]): ApplicationModule {
  return {
    name: "mail_order_bot",
    register(registry) {
      registry.config("mailOrderBot", mailOrderBotSchema);
      registry.handler("process_order_mail", { needs: [], create: () => ({ handle }) });
    },
  };
}
