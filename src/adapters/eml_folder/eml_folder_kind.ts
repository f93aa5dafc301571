import { resolve } from "node:path";
import { type SourceKind, sourceKind } from "../../app_runtime/contracts/unit_kind.ts";
import { emlFolderSchema } from "./eml_folder_schema.ts";
import type { FileToTask } from "./received_file.ts";

const listLimit = 10_000;

/** `adapter: eml_folder`: a directory with mails as files. `toTask` says what a mail becomes. */
export function emlFolderSourceKind({ toTask }: { readonly toTask: FileToTask }): SourceKind {
  return sourceKind({
    kind: "eml_folder",
    schema: emlFolderSchema,
    journaled: true,
    findsAgain: true,
    worksOn: ({ directory }) => `eml_folder:${resolve(directory)}`,
    create: async (config, parts) => {
      const { EmlFolderSource } = await import("./eml_folder_source.ts");
      return new EmlFolderSource({ config, parts, toTask, listLimit, random: Math.random });
    },
  });
}
