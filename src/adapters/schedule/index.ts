export type { SchedulePayload } from "./planned_task.ts";
export { scheduleSourceKind } from "./schedule_kind.ts";
