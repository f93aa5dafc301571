import type { SchemaMigrations } from "../../../src/adapters/sqlite/sql_statement.ts";

export const shop: SchemaMigrations = {
  owner: "shop",
  steps: ["CREATE TABLE orders (id INTEGER PRIMARY KEY, item TEXT NOT NULL UNIQUE, task_id TEXT) STRICT"],
};

export const insertItem = "INSERT INTO orders (item) VALUES (?)";
