export { BlobKeeper } from "./blob_keeper.ts";
export { FolderBlobStore } from "./folder_blob_store.ts";
