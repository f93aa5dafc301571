import { type SourceKind, sourceKind } from "../../app_runtime/contracts/unit_kind.ts";
import { objectionToSchedule } from "./schedule_objection.ts";
import { scheduleSchema } from "./schedule_schema.ts";

/** `adapter: schedule`: the clock makes tasks. Leased by its name, like any source that has nothing else outside. */
export const scheduleSourceKind: SourceKind = sourceKind({
  kind: "schedule",
  schema: scheduleSchema,
  journaled: true,
  check: objectionToSchedule,
  taskKind: ({ kind }) => kind,
  create: async (config, parts) => {
    const { ScheduleSource } = await import("./schedule_source.ts");
    return new ScheduleSource({ config, parts, random: Math.random });
  },
});
