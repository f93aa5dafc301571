import { LuaFailure, type LuaValue } from "../engine/lane_values.ts";

/**
 * A function of a Lua module that JavaScript answers at once, without an effect outside.
 * @throws {LuaFailure} what the program gets as its second result; any other error becomes one of the kind Internal.
 */
export type HostFunction = (...values: readonly LuaValue[]) => unknown;

/** A text of Lua as bytes: the engine gives it as a string where it is UTF-8. */
export function bytesOf(value: LuaValue | undefined): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === "string") return Buffer.from(value);
  throw invalid("a text is expected");
}

export function invalid(message: string): LuaFailure {
  return failure("Invalid", message);
}

export function failure(kind: string, message: string): LuaFailure {
  return new LuaFailure({ message, kind });
}
