export { LogFileError, PinoLog } from "./pino_log.ts";
export { type LogConfig, logSchema } from "./pino_log_schema.ts";
