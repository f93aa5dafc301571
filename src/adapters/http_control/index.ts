export { HttpControl } from "./http_control.ts";
export { type ControlConfig, controlSchema } from "./http_control_schema.ts";
export { ControlHostRefusedError, ControlListenError, ControlPortTakenError } from "./listen_errors.ts";
