export { LeasedComponent, type LeasedPart } from "./leased_component.ts";
export { LeasedSource, type SourceHandover } from "./leased_source.ts";
