import { existsSync, readFileSync } from "node:fs";
import { RuntimeError } from "../../../app_runtime/base/runtime_error.ts";

/** In a checkout it lies where it was built; in the package beside this file. */
const places = ["../../../../native/lua/out/lane.wasm", "./lane.wasm"].map((each) => new URL(each, import.meta.url));

/** The engine of Lua was never built in this checkout. */
export class LuaEngineMissingError extends RuntimeError {
  readonly code = "LUA_ENGINE_MISSING";
  override readonly failureClass = "permanent";

  constructor() {
    super("The engine of Lua is not there: run `npm run build:lua` in the checkout. It compiles Lua to lane.wasm.");
  }
}

/** Reads and compiles the engine, some milliseconds. @throws {LuaEngineMissingError} */
export function readLaneModule(from: readonly URL[] = places): WebAssembly.Module {
  const place = from.find((each) => existsSync(each));
  if (place === undefined) throw new LuaEngineMissingError();
  return new WebAssembly.Module(readFileSync(place));
}
