import type { Lane, LaneParts, ProcessEngine } from "../../../app_runtime/processes/api.ts";
import { readLaneModule } from "./lane_file.ts";
import { luaEngineName } from "./lua_entry.ts";
import { ThreadLane } from "./thread_lane.ts";

export interface LuaEngineOptions {
  /** {host|0x00001} in place of {host|namespace:name|0x00001}. Default: false. Both forms are read. */
  readonly shortPids?: boolean;
  /** Steps after which a process that goes on and on lets the others have their turn. Default: 20,000. */
  readonly slice?: number;
}

/** Processes of Lua, each lane in a thread of its own. The engine itself is read when the first lane opens. */
export class LuaEngine implements ProcessEngine {
  readonly name = luaEngineName;
  readonly #options: Required<LuaEngineOptions>;
  #lanes: ThreadLane[] = [];
  #module: WebAssembly.Module | undefined;

  constructor({ shortPids = false, slice = 20_000 }: LuaEngineOptions = {}) {
    this.#options = { shortPids, slice };
  }

  /** @throws {LuaEngineMissingError} */
  async open(parts: LaneParts): Promise<Lane> {
    this.#module ??= readLaneModule();
    const lane = await ThreadLane.open({ ...parts, ...this.#options, module: this.#module });
    this.#lanes = this.#lanes.filter(({ isGone }) => !isGone);
    for (const other of this.#lanes) lane.connect(other);
    this.#lanes.push(lane);
    return lane;
  }
}
