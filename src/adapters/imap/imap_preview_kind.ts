import type { SourceKind } from "../../app_runtime/contracts/unit_kind.ts";
import { type ImapKindParts, imapSourceKind } from "./imap_kind.ts";
import type { ImapConfig } from "./imap_schema.ts";
import type { InboxPreview } from "./inbox_preview.ts";

export interface ImapPreviewKindParts extends ImapKindParts {
  /** So many mails of each source are handed to the application. */
  readonly newest: number;
  /** Called once for each source. */
  readonly onPreview: (preview: InboxPreview) => void;
}

/** Takes the place of `imapSourceKind` in a dry run: same configuration, nothing is changed in the mailbox. */
export function imapPreviewKind({ newest, onPreview, ...kindParts }: ImapPreviewKindParts): SourceKind {
  return {
    ...imapSourceKind(kindParts),
    create: async (untyped, parts) => {
      // The kind's schema has made it.
      const config = untyped as ImapConfig;
      const { ImapPreview } = await import("./imap_preview.ts");
      const tokens = config.grant === undefined ? undefined : kindParts.accessTokens(config.grant);
      return new ImapPreview({ config, parts, tokens, toTask: kindParts.toTask, newest, onPreview });
    },
  };
}
