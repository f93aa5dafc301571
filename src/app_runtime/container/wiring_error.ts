import { messageOf, type RuntimeError } from "../base/runtime_error.ts";
import { ServiceCircleError, ServiceFailedError, ServiceMissingError } from "./container_errors.ts";

const missing = /^No bindings found for service: "(.+)"\.\s+Trying to resolve bindings for "(.+?)( \(Root service\))?"/;
const circle = /^Circular dependency found: (.+)$/;
const undecorated = /^Found unexpected missing metadata/;

const missingDecorators = "its class needs @injectable(), and each part of its constructor @inject(token.name).";

/** Says what inversify found wrong in our words; it tells its cases apart by their text only. */
export function wiringError(service: string, thrown: unknown, known: readonly string[]): RuntimeError {
  if (thrown instanceof ServiceFailedError) return thrown;
  const [, need, neededBy] = missing.exec(messageOf(thrown)) ?? [];
  if (need !== undefined) return new ServiceMissingError(need, neededBy, known);
  const [, path] = circle.exec(messageOf(thrown)) ?? [];
  if (path !== undefined) return new ServiceCircleError(path.split(" -> "));
  return new ServiceFailedError(service, undecorated.test(messageOf(thrown)) ? missingDecorators : thrown);
}
