import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/support/guard_each_file.ts"],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    pool: "forks",
    // More than there may be cores: most tests wait for servers, processes and deadlines.
    maxWorkers: 3,
  },
});
