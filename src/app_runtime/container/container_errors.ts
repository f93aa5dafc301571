import { messageOf, RuntimeError } from "../base/runtime_error.ts";

/** Somebody binds a service after boot: what is not known then cannot be checked before anything runs. */
export class ContainerSealedError extends RuntimeError {
  readonly code = "CONTAINER_SEALED";

  constructor(service: string) {
    super(`Service "${service}" was bound after boot. Bind it while the module registers.`);
  }
}

/** Somebody asks for a service before all are bound. */
export class ContainerOpenError extends RuntimeError {
  readonly code = "CONTAINER_OPEN";

  constructor(service: string) {
    super(
      `Service "${service}" was asked for before the container was sealed. Name it in the needs of a recipe instead.`,
    );
  }
}

export class ServiceTakenError extends RuntimeError {
  readonly code = "SERVICE_TAKEN";

  constructor(service: string) {
    super(`Service "${service}" is bound twice. Rename one of the two tokens, or remove one of the bindings.`);
  }
}

export class ServiceMissingError extends RuntimeError {
  readonly code = "SERVICE_MISSING";

  constructor(service: string, neededBy: string | undefined, known: readonly string[]) {
    const who = neededBy === undefined ? "Somebody" : `Service "${neededBy}"`;
    super(
      `${who} needs service "${service}", which nobody binds. Bound are: ${known.toSorted().join(", ") || "none"}.`,
    );
  }
}

export class ServiceCircleError extends RuntimeError {
  readonly code = "SERVICE_CIRCLE";

  /** @param circle the first name again at the end. */
  constructor(circle: readonly string[]) {
    super(`These services need each other in a circle: ${circle.join(" → ")}. Let one of them do without the next.`);
  }
}

/** The recipe or the constructor of a service did not give one. */
export class ServiceFailedError extends RuntimeError {
  readonly code = "SERVICE_FAILED";

  constructor(service: string, cause: unknown) {
    super(`Service "${service}" could not be made: ${messageOf(cause)}`, { cause });
  }
}
