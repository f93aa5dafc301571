import type { ImapFlow } from "imapflow";

interface Namespace {
  readonly prefix: string;
  readonly delimiter?: string | null | undefined;
}

/**
 * The server's name of a folder that the configuration writes with "/" between its levels: with the separator and, for the
 * user's own folders, the prefix of the server's namespaces (RFC 2342). Names that begin with a namespace are taken as whole.
 */
export function serverPath(client: ImapFlow, folder: string): string {
  if (folder.toUpperCase() === "INBOX") return "INBOX";
  const { namespaces } = client;
  const own = namespaces?.personal[0] ?? client.namespace ?? { prefix: "", delimiter: "/" };
  // Left alone, the library would put the prefix of our own folders before those of others, too.
  client.namespace = { ...own, prefix: "" };
  const named = [...(namespaces?.other || []), ...(namespaces?.shared || []), own].find(
    (space) => space.prefix !== "" && separated(space, folder).startsWith(space.prefix),
  );
  return named === undefined ? own.prefix + separated(own, folder) : separated(named, folder);
}

function separated({ delimiter }: Namespace, folder: string): string {
  return typeof delimiter === "string" && delimiter !== "/" ? folder.replaceAll("/", delimiter) : folder;
}
