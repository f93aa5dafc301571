import { describeConfig } from "../src/app_runtime/index.ts";
import { composeBot } from "../src/mail_order_bot_app/compose_bot.ts";
import { keepGenerated } from "./generated_doc.ts";

const commandLine = { configFiles: [], settings: [], help: false };
const { parts } = composeBot({ commandLine, argv: [], env: {}, print: () => undefined });
const { markdown, jsonSchema } = describeConfig(parts);
await keepGenerated("docs/config.md", markdown, "scripts/config_docs.ts");
await keepGenerated("config/mail_order_bot.schema.json", jsonSchema, "scripts/config_docs.ts");
