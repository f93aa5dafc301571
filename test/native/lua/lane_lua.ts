import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const build = fileURLToPath(new URL("../../../native/lua/build.sh", import.meta.url));
const built = fileURLToPath(new URL("../../../native/lua/out/lane.wasm", import.meta.url));

/** What the module exports for tests: native/lua/host/script.c. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  _initialize(): void;
  script_begin(): void;
  script_run(source: number, length: number, slice: number, memoryLimit: number, maxSlices: number): number;
  memory_take(bytes: number): number;
  memory_give(at: number, bytes: number): void;
}

/** A program that needs more steps than that is said not to end. */
const stepLimit = 30_000_000;
const memoryLimit = 128 * 2 ** 20;

/** The patched Lua: runs a program in slices of so many steps and gives back what it printed. Text is Latin-1: a byte each. */
export class LaneLua {
  readonly #module: WebAssembly.Module;
  #exports: Exports | undefined;
  #printed: string[] = [];

  private constructor(module: WebAssembly.Module) {
    this.#module = module;
  }

  /**
   * Builds the module unless it is newer than what it is made of. `LUA_LANE_MODULE=file` takes that one as it is.
   * @throws if it cannot be built; the message is what the build said.
   */
  static open(): LaneLua {
    const given = process.env.LUA_LANE_MODULE;
    if (given === undefined) {
      const { status, stderr } = spawnSync(build, ["--if-needed"], { encoding: "utf8" });
      if (status !== 0) throw new Error(`The Lua module could not be built (npm run build:lua):\n${stderr}`);
    }
    return new LaneLua(new WebAssembly.Module(readFileSync(given ?? built)));
  }

  run(program: string, slice: number): string {
    this.#printed = [];
    const source = Buffer.from(program, "latin1");
    try {
      this.#exports ??= this.#begin();
      const { memory, memory_take, memory_give, script_run } = this.#exports;
      const at = memory_take(source.length + 1);
      new Uint8Array(memory.buffer).set(source, at);
      const most = Math.min(stepLimit, Math.ceil(stepLimit / slice) + 100);
      const used = script_run(at, source.length, slice, memoryLimit, most);
      memory_give(at, source.length + 1);
      if (used >= most) this.#printed.push("(did not end)");
    } catch (trap) {
      this.#exports = undefined; // a trap leaves the instance in pieces
      this.#printed.push(`(the module broke: ${String(trap)})`);
    }
    return this.#printed.map((line) => (line === "lua: " ? line : `${line}\n`)).join(""); // its message follows
  }

  #begin(): Exports {
    const host = { print: (at: number, length: number) => this.#printed.push(this.#textAt(at, length)) };
    const badDescriptor = 8; // what wasi-libc imports but the engine never calls in earnest
    const imports: Record<string, Record<string, unknown>> = { host };
    for (const { module, name } of WebAssembly.Module.imports(this.#module)) {
      imports[module] ??= {};
      imports[module][name] ??= () => badDescriptor;
    }
    const exports = new WebAssembly.Instance(this.#module, imports).exports as Exports;
    this.#exports = exports;
    exports._initialize();
    exports.script_begin();
    return exports;
  }

  #textAt(at: number, length: number): string {
    if (this.#exports === undefined) return "";
    return Buffer.from(this.#exports.memory.buffer, at, length).toString("latin1");
  }
}
