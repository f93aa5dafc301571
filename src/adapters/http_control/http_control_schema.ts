import type { ConfigOf, Schema } from "../../app_runtime/contracts/config_schema.ts";

/** The hosts the control plane may listen on: it has no credentials, so only this machine may reach it. */
export const loopbackHosts = ["127.0.0.1", "::1", "localhost"] as const;

/** `platform.control`. */
export const controlSchema = {
  host: {
    doc: "Address the control plane listens on. Only addresses of this machine: it asks for no credentials.",
    format: loopbackHosts,
    default: "127.0.0.1",
    restart: true,
  },
  port: {
    doc: "Port the control plane listens on; 0 takes any that is free and says which in the log.",
    format: "port",
    default: 8080,
    restart: true,
  },
} as const satisfies Schema;

export type ControlConfig = ConfigOf<typeof controlSchema>;
