/** Why mails cannot be moved at all on this server, and the cure. */
export function noMoveSentence(folder: string): string {
  return `The mail server offers neither MOVE nor UIDPLUS, so finished mails stay in "${folder}", marked: taking them away there would also take what people have marked as deleted. Use \`afterDone: seen\` and \`afterFailure: keyword\`.`;
}

/** Which mails stay where, why, and what to do about it. */
export function moveRefusedSentence(parts: {
  readonly mails: number;
  readonly from: string;
  readonly to: string;
  /** What the server said. */
  readonly refusal: string;
  readonly folderMissing: boolean;
}): string {
  const { mails, from, to, refusal } = parts;
  return `The mail server does not move ${mails} finished mail(s) from "${from}" to "${to}" (${refusal}). They stay, marked, and nothing else waits for it. ${cure(parts)}`;
}

function cure({ to, refusal, folderMissing }: { to: string; refusal: string; folderMissing: boolean }): string {
  if (folderMissing) return `Create folder "${to}", or set \`createFolders: true\`.`;
  if (/quota/i.test(refusal)) return "Make room in the mailbox.";
  if (/permi|denied|ACL/i.test(refusal)) {
    return `Grant the right to insert into "${to}" and to delete from here (RFC 4314: i, t, e).`;
  }
  return "The server's log says why.";
}
