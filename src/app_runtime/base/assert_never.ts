/** Closes a switch over a union: a case that is forgotten does not compile, and an impossible value fails loudly. */
export function assertNever(value: never): never {
  throw new TypeError(`Impossible value: ${JSON.stringify(value)}`);
}
