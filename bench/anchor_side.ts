import { type AnchorAccount, type AnchorResult, runImapAnchor } from "./imap_anchor.ts";
import { answerParent } from "./run_apart.ts";

await answerParent((account: AnchorAccount): Promise<AnchorResult> => runImapAnchor(account));
