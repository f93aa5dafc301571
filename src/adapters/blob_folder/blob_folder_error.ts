import { messageOf, RuntimeError } from "../../app_runtime/base/runtime_error.ts";

/** The folder cannot be written or read: the disk is full, rights are missing, the device fails. */
export class BlobFolderError extends RuntimeError {
  readonly code = "BLOB_FOLDER";
  override readonly failureClass = "outage";

  constructor(directory: string, cause: unknown) {
    super(
      `The blob folder ${directory} cannot be used (${messageOf(cause)}). Check its disk and its owner; work goes on by itself.`,
      { cause },
    );
  }
}

export function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && Reflect.get(thrown, "code") === "ENOENT";
}
