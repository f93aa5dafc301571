export { emlFolderSourceKind } from "./eml_folder_kind.ts";
export type { FileToTask, ReceivedFile, StoredFile, TooLargeFile } from "./received_file.ts";
