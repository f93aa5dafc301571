export { type Propagation, TraceService } from "./trace_service.ts";
