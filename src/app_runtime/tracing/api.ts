export { IdMint } from "./id_mint.ts";
export { type Propagation, TraceService } from "./trace_service.ts";
