/** Where the runtime stands in its one life: created → booting → running → stopping → stopped, or failed. */
export type RuntimePhase = "created" | "booting" | "running" | "stopping" | "stopped" | "failed";
