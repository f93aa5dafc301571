import { messageOf } from "../../app_runtime/base/runtime_error.ts";

/** Why the directory cannot be worked with. */
export interface FolderFailure {
  readonly kind: string;
  /** What is wrong and what to do. */
  readonly sentence: string;
  /** It will not end by itself. */
  readonly needsPerson: boolean;
}

/** The reason in words, for what file systems say often; `path` is the file or directory it was about. */
export function reasonOf(error: unknown, path: string): string {
  const code = codeOf(error);
  return (code === undefined ? undefined : reasons[code]?.(path)) ?? `${path}: ${messageOf(error)}`;
}

export function folderFailure(error: unknown, directory: string): FolderFailure {
  const kind = codeOf(error) ?? "unexpected";
  const path = error instanceof Error ? Reflect.get(error, "path") : undefined;
  const reason = reasonOf(error, typeof path === "string" ? path : directory);
  return { kind, sentence: `Mails cannot be taken: ${reason}`, needsPerson: lasting.has(kind) };
}

export function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error ? Reflect.get(error, "code") : undefined;
  return typeof code === "string" ? code : undefined;
}

const lasting: ReadonlySet<string> = new Set(["EACCES", "EPERM", "ENOTDIR", "EROFS", "ELOOP"]);

const reasons: Readonly<Record<string, (path: string) => string>> = {
  ENOENT: (path) => `${path} does not exist. Create it, or mount the drive it is on.`,
  ENOTDIR: (path) => `${path} is not a directory. Move away what is in its place.`,
  EACCES: (path) => `no permission for ${path}. Give this user the right to read and write there.`,
  EPERM: (path) => `no permission for ${path}. Give this user the right to read and write there.`,
  EROFS: (path) => `${path} is on a read-only file system, so finished mails could not be moved. Mount it writable.`,
  ENOSPC: (path) => `the disk of ${path} is full. Free some space.`,
  EDQUOT: (path) => `the quota of this user for ${path} is used up. Free some space.`,
  EXDEV: (path) => `${path} is on another file system. new, cur and failed must be on one.`,
  ELOOP: (path) => `${path} is a symbolic link that leads nowhere.`,
  EIO: (path) => `the drive does not answer properly for ${path} (EIO). Check the drive.`,
  ESTALE: (path) => `the network drive of ${path} was exchanged under us (ESTALE). Mount it again.`,
  EMFILE: (path) => `too many files are open to open ${path}. Raise the limit of open files (ulimit -n).`,
  ENFILE: (path) => `the system has too many files open to open ${path}.`,
};
