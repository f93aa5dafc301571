import type { ConfigOf, Schema } from "../../app_runtime/contracts/config_schema.ts";

/** Config of `adapter: eml_folder`: a directory with mails as files. */
export const emlFolderSchema = {
  directory: {
    doc: "Existing directory. Mails are taken from its `new`, and end in its `cur` (done) or `failed` (dead letter); `tmp` is for writers, who write there and rename to `new`. Missing ones of the four are made.",
    format: "path",
    default: null,
  },
  settleTime: {
    doc: "A file whose size or time changed within this time is still being written and not taken. Whoever pauses longer in the middle of a file must write to `tmp` and rename.",
    format: "duration",
    default: "1s",
    min: "1ms",
  },
  rescanInterval: {
    doc: "Pause between two looks at the directory when the system tells of no change. Network drives tell of none.",
    format: "duration",
    default: "30s",
    min: "10ms",
  },
  window: {
    doc: "Files read together at most: bounds memory, together with `windowSize`.",
    format: "count",
    default: 200,
    min: 1,
    max: 500,
  },
  windowSize: {
    doc: "Bytes read together, unless a single file is larger.",
    format: "size",
    default: "4MB",
    min: "1kB",
  },
  maxMailSize: {
    doc: "A larger file is not read; its task says `tooLarge` and carries no content.",
    format: "size",
    default: "25MB",
    min: "1B",
  },
  settleBatch: { doc: "Files moved together.", format: "count", default: 200, min: 1, max: 500 },
  settleDelay: {
    doc: "How long a finished file waits for others to be moved together with it.",
    format: "duration",
    default: "50ms",
  },
} as const satisfies Schema;

export type EmlFolderConfig = ConfigOf<typeof emlFolderSchema>;
