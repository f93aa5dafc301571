export { scheduleSourceKind } from "./schedule_kind.ts";
