import type { BigIntStats } from "node:fs";

/** Tells whether a file is still the one we have read. */
export interface FileStamp {
  readonly inode: bigint;
  /** Bytes. */
  readonly size: number;
  /** When its content changed, in nanoseconds since 1970 UTC. */
  readonly writtenAt: bigint;
}

/** A file in `new`, as it was when we looked. */
export interface FoundFile {
  readonly name: string;
  readonly stamp: FileStamp;
}

export function stampOf(stats: BigIntStats): FileStamp {
  return { inode: stats.ino, size: Number(stats.size), writtenAt: stats.mtimeNs };
}

export function sameStamp(one: FileStamp, other: FileStamp): boolean {
  return one.inode === other.inode && one.size === other.size && one.writtenAt === other.writtenAt;
}

/** The oldest first; files written at the same moment by name. */
export function byAge(one: FoundFile, other: FoundFile): number {
  if (one.stamp.writtenAt !== other.stamp.writtenAt) return one.stamp.writtenAt < other.stamp.writtenAt ? -1 : 1;
  return one.name < other.name ? -1 : 1;
}
