export { LeasedComponent, type LeasedPart, type Tenure } from "./leased_component.ts";
export { LeasedSource, type SourceHandover } from "./leased_source.ts";
