import { LuaFailure, type LuaValue, LuaValueError, ValueReader, ValueWriter } from "../engine/lane_values.ts";
import { hashFunctions } from "./hash.ts";
import { failure, type HostFunction } from "./host_function.ts";
import { timeFunctions } from "./time_zones.ts";
import { uuidFunctions } from "./uuid.ts";
import { yamlFunctions } from "./yaml.ts";

const maxAnswer = 16 << 20;

/** What a lane may call at once: pure functions by module and name, values there and back as bytes. */
export class HostModules {
  readonly #functions: ReadonlyMap<string, HostFunction>;
  readonly #writer = new ValueWriter(maxAnswer);
  #answer: Uint8Array = new Uint8Array();

  constructor() {
    this.#functions = new Map(
      Object.entries({
        ...named("hash", hashFunctions),
        ...named("time", timeFunctions),
        ...named("uuid", uuidFunctions()),
        ...named("yaml", yamlFunctions),
      }),
    );
  }

  /** The length of the answer, which is then taken: the result and nil, or nil and an error. -1: there is no such function. */
  call(name: string, values: Buffer): number {
    const call = this.#functions.get(name);
    if (call === undefined) return -1;
    this.#answer = this.#attempt(call, new ValueReader(values).readAll());
    return this.#answer.length;
  }

  takeAnswer(): Uint8Array {
    const answer = this.#answer;
    this.#answer = new Uint8Array();
    return answer;
  }

  #attempt(call: HostFunction, values: readonly LuaValue[]): Uint8Array {
    try {
      return this.#writer
        .write(call(...values))
        .write(null)
        .take();
    } catch (error) {
      this.#writer.take(); // what was written of a result that cannot be given
      return this.#writer.write(null).write(failureOf(error)).take();
    }
  }
}

function failureOf(error: unknown): LuaFailure {
  if (error instanceof LuaFailure) return error;
  const message = error instanceof Error ? error.message : String(error);
  return failure(error instanceof LuaValueError ? "Invalid" : "Internal", message);
}

function named(module: string, functions: Readonly<Record<string, HostFunction>>): Record<string, HostFunction> {
  return Object.fromEntries(Object.entries(functions).map(([name, call]) => [`${module}.${name}`, call]));
}
