export { LuaAnnotationError, LuaNestingError, LuaSourceTooLargeError } from "./dialect/dialect_errors.ts";
export { type EraseOptions, eraseTypes } from "./dialect/erase_types.ts";
export type { SourcePlace } from "./dialect/source_place.ts";
