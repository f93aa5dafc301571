import { readFileSync } from "node:fs";

const { scripts } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  readonly scripts: { readonly start: string };
};

/** What `npm start` gives node before the program: the bot is measured as it is started. */
export const startFlags: readonly string[] =
  /node ((?:--\S+ )*)dist\/mail_order_bot_app\/main\.js/.exec(scripts.start)?.[1]?.split(" ").filter(Boolean) ?? [];
