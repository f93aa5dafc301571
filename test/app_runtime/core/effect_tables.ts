import type { SchemaMigrations } from "../../../src/adapters/sqlite/sql_statement.ts";

/** What was done, as often as it was done. */
export const effects: SchemaMigrations = {
  owner: "effects",
  steps: ["CREATE TABLE effect (name TEXT NOT NULL) STRICT"],
};

export const insertEffect = "INSERT INTO effect (name) VALUES (?)";
