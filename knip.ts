import type { KnipConfig } from "knip";

/** Dead code: whatever is reached neither from a package's public face, nor from a program, nor from a test. */
const config: KnipConfig = {
  entry: [
    "src/app_runtime/index.ts",
    "src/app_runtime/testing/index.ts",
    "src/adapters/*/index.ts",
    "src/mail_order_bot_app/main.ts",
    "src/mail_order_bot_app/mail_login.ts",
    "bench/*.ts",
    "bench/lua/main.ts",
    "drill/*.ts",
    "drill/**/*_program.ts", // started by drills as node processes
    "scripts/*.ts",
    "examples/*/{main,serve}.ts",
    "test/**/*.test.ts",
    "test/**/*_program.ts", // started by tests as node processes
  ],
  project: ["{src,test,bench,drill,scripts,examples}/**/*.ts"],
  ignoreDependencies: [
    "reflect-metadata", // a peer of inversify, which imports it
    "@biomejs/biome", // started by scripts/check.ts
  ],
  ignoreBinaries: ["dovecot", "erl", "erlc", "lua5.4", "mkfifo", "mount", "umount"], // Debian's, for tests
};

export default config;
