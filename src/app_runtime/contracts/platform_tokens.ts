import type { Clock } from "../base/clock.ts";
import { serviceToken } from "./application_module.ts";
import type { BlobStore } from "./blob_store.ts";
import type { Journal } from "./journal.ts";
import type { EventChannel } from "./runtime_event.ts";
import type { TraceFactory } from "./trace_factory.ts";

/** The platform's own services, for modules that need them. Journal and blobs only if the application provides them. */
export const platformTokens = {
  clock: serviceToken<Clock>("platform:clock"),
  events: serviceToken<EventChannel>("platform:events"),
  traces: serviceToken<TraceFactory>("platform:traces"),
  journal: serviceToken<Journal>("platform:journal"),
  blobs: serviceToken<BlobStore>("platform:blobs"),
} as const;
