export { LuaAnnotationError, LuaNestingError, LuaSourceTooLargeError } from "./dialect/dialect_errors.ts";
export { type EraseOptions, eraseTypes } from "./dialect/erase_types.ts";
export type { SourcePlace } from "./dialect/source_place.ts";
export { LuaSourceError } from "./engine/lane.ts";
export { LuaEngineMissingError } from "./engine/lane_file.ts";
export { LuaFailure, LuaPayload, type LuaValue, LuaValueError } from "./engine/lane_values.ts";
export { LuaEngine, type LuaEngineOptions } from "./engine/lua_engine.ts";
export { type LuaCode, luaEntry } from "./engine/lua_entry.ts";
