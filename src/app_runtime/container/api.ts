export { ContainerSealedError } from "./container_errors.ts";
export { ServiceContainer } from "./service_container.ts";
