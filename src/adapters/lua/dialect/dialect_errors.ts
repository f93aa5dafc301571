import { RuntimeError } from "../../../app_runtime/base/runtime_error.ts";
import type { SourcePlace } from "./source_place.ts";

/** A type annotation of a Lua source cannot be read. What is wrong in the Lua around it is left to Lua's own compiler. */
export class LuaAnnotationError extends RuntimeError {
  readonly code = "LUA_ANNOTATION";
  override readonly failureClass = "permanent";
  readonly place: SourcePlace;

  constructor(place: SourcePlace, problem: string) {
    super(`${place.chunkName}:${place.line}:${place.column}: ${problem}`);
    this.place = place;
  }
}

/** Parentheses, blocks or types stand in each other deeper than Lua itself would follow. */
export class LuaNestingError extends RuntimeError {
  readonly code = "LUA_NESTING";
  override readonly failureClass = "permanent";
  readonly place: SourcePlace;

  constructor(place: SourcePlace, levels: number) {
    super(
      `${place.chunkName}:${place.line}:${place.column}: more than ${levels} levels stand in each other here. Give the inner ones names of their own.`,
    );
    this.place = place;
  }
}

/** A Lua source is longer than its reader accepts. */
export class LuaSourceTooLargeError extends RuntimeError {
  readonly code = "LUA_SOURCE_TOO_LARGE";
  override readonly failureClass = "permanent";

  constructor(chunkName: string, bytes: number, maxBytes: number) {
    super(`${chunkName} has ${bytes} bytes, more than the ${maxBytes} a source may have. Split it into libraries.`);
  }
}
