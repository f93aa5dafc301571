/** What another process has to do with one that ended. */
export type Relation =
  | { readonly kind: "monitor"; readonly watcher: string }
  | { readonly kind: "link"; readonly peer: string; readonly trapsLinks: boolean };

/** What becomes of that other process: it reads an event, or fails itself. */
export type Consequence =
  | { readonly kind: "exit"; readonly to: string }
  | { readonly kind: "link_down"; readonly to: string }
  | { readonly kind: "fail"; readonly to: string };

/** The error of a process whose peer failed while it did not trap links. */
export const linkedProcessFailed = "linked process failed";

/**
 * What the end of a process does to others, in the order in which it happens: every monitor gets EXIT, whatever the end
 * was; a failure then reaches every link, as LINK_DOWN where links are trapped, else as that process's own failure.
 */
export function consequencesOf(end: { readonly failed: boolean }, relations: readonly Relation[]): Consequence[] {
  const exits = relations.flatMap((each) =>
    each.kind === "monitor" ? [{ kind: "exit", to: each.watcher } as const] : [],
  );
  if (!end.failed) return exits;
  const links = relations.flatMap((each) =>
    each.kind === "link" ? [{ kind: each.trapsLinks ? "link_down" : "fail", to: each.peer } as const] : [],
  );
  return [...exits, ...links];
}
