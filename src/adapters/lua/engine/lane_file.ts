import { existsSync, readFileSync } from "node:fs";
import { RuntimeError } from "../../../app_runtime/base/runtime_error.ts";

/** In the package it lies beside this file; in a checkout where it was built. */
const places = ["./lane.wasm", "../../../../native/lua/out/lane.wasm"].map((each) => new URL(each, import.meta.url));

/** The engine of Lua was never built in this checkout. */
export class LuaEngineMissingError extends RuntimeError {
  readonly code = "LUA_ENGINE_MISSING";
  override readonly failureClass = "permanent";

  constructor() {
    super("The engine of Lua is not there: run `npm run build:lua` in the checkout. It compiles Lua to lane.wasm.");
  }
}

/** Reads and compiles the engine, some milliseconds. @throws {LuaEngineMissingError} */
export function readLaneModule(): WebAssembly.Module {
  const place = places.find((each) => existsSync(each));
  if (place === undefined) throw new LuaEngineMissingError();
  return new WebAssembly.Module(readFileSync(place));
}
