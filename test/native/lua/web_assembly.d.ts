/** What the tests use of WebAssembly, which neither the "es2024" library nor @types/node declares. */
declare namespace WebAssembly {
  interface Memory {
    readonly buffer: ArrayBuffer;
  }
  class Module {
    constructor(bytes: Uint8Array);
    static imports(module: Module): readonly { readonly module: string; readonly name: string }[];
  }
  class Instance {
    constructor(module: Module, imports: object);
    readonly exports: unknown;
  }
}
