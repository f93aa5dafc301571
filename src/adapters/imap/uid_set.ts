import type { Uid } from "./mailbox_key.ts";

/** The shortest sequence set (RFC 9051 §9, sequence-set): the UIDs 3, 1, 2 and 7 are "1:3,7". */
export function uidSet(uids: readonly Uid[]): string {
  const parts: string[] = [];
  let first: number | undefined;
  let last: number | undefined;
  const flush = () => {
    if (first !== undefined) parts.push(first === last ? `${first}` : `${first}:${last}`);
  };
  for (const uid of [...uids].sort((a, b) => a - b)) {
    if (last !== undefined && uid - last <= 1) {
      last = uid;
      continue;
    }
    flush();
    first = uid;
    last = uid;
  }
  flush();
  return parts.join(",");
}
