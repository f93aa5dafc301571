import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { LuaEngineMissingError, readLaneModule } from "../../../../src/adapters/lua/engine/lane_file.ts";

test("without the engine the message names the command that builds it", () => {
  const nowhere = [new URL("nowhere/lane.wasm", import.meta.url)];
  expect(() => readLaneModule(nowhere)).toThrow(LuaEngineMissingError);
  expect(() => readLaneModule(nowhere)).toThrow("npm run build:lua");
});

test("prepack puts it into the package, and npm test builds it", async () => {
  const { scripts } = JSON.parse(await readFile("package.json", "utf8"));
  expect(scripts.prepack).toContain("scripts/put_lua.sh");
  expect(scripts.test).toContain("native/lua/build.sh --if-needed");
});

test("an application without Lua loads nothing of it", async () => {
  const look = `
    import { registerHooks } from "node:module";
    let loaded = 0;
    registerHooks({
      load(url, context, next) {
        loaded += 1;
        if (url.includes("/adapters/lua/")) console.log(url);
        return next(url, context);
      },
    });
    await import("./src/app_runtime/index.ts");
    await import("./src/mail_order_bot_app/compose_bot.ts");
    console.log(loaded > 100);`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", look]);
  expect(stdout).toBe("true\n");
});
