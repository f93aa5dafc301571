import { createHash } from "node:crypto";
import type { Brand } from "../../app_runtime/base/brand.ts";
import type { TaskId } from "../../app_runtime/contracts/task.ts";

/** What of a mail's content names it: its SHA-256, or of one too large to be read its size and its two ends. */
export type ContentName = Brand<string, "ContentName">;

/** Bytes of each end of a file too large to be read. */
export const endLength = 64 * 1024;

const longestName = 255;
const tagLength = 16;
const tagged = /\.([0-9a-f]{16})(\.[A-Za-z0-9]{1,8})?$/;

export function contentName(sha256: string): ContentName {
  return sha256 as ContentName;
}

export function largeContentName(size: number, head: Uint8Array, tail: Uint8Array): ContentName {
  return `large-${createHash("sha256").update(`${size} `).update(head).update(tail).digest("hex")}` as ContentName;
}

/**
 * `eml:<source>:<content>`: the same bytes are the same mail under whatever file name they come, and other bytes under a
 * name that was there before are another one.
 */
export function taskIdOf(source: string, content: ContentName): TaskId {
  return `eml:${source}:${content}` as TaskId;
}

/** The part of a task id that stands in the names of its files once they are settled. */
export function tagOf(id: TaskId): string {
  return id.slice(-64, -64 + tagLength);
}

/** The tag in the name of a settled file. */
export function tagIn(name: string): string | undefined {
  return tagged.exec(name)?.[1];
}

/**
 * Its name in `cur` or `failed`: with the tag, so that two mails that came under one name do not overwrite each other,
 * and moving the same mail twice ends in one file.
 */
export function settledName(name: string, tag: string): string {
  if (tagIn(name) === tag) return name;
  const extension = /\.[A-Za-z0-9]{1,8}$/.exec(name)?.[0] ?? "";
  const stem = name.slice(0, name.length - extension.length);
  const end = `.${tag}${extension}`;
  return `${cutToBytes(stem, longestName - Buffer.byteLength(end))}${end}`;
}

function cutToBytes(text: string, bytes: number): string {
  let cut = text;
  while (Buffer.byteLength(cut) > bytes) cut = [...cut].slice(0, -1).join("");
  return cut;
}
