/** TypeScript declares WebAssembly with the browser's DOM only, and Node's types for version 20 leave it out. */
declare namespace WebAssembly {
  type Imports = Record<string, Record<string, unknown>>;
  class Memory {
    /** Replaced when the memory grows. */
    readonly buffer: ArrayBuffer;
    constructor(size: { initial: number });
    grow(pages: number): number;
  }
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    readonly exports: Record<string, unknown>;
    constructor(module: Module, imports: Imports);
  }
  function validate(bytes: Uint8Array): boolean;
}
