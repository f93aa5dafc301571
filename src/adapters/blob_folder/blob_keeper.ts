import type { Clock } from "../../app_runtime/base/clock.ts";
import { messageOf } from "../../app_runtime/base/runtime_error.ts";
import type { NeededBlobs, SweptBlobStore } from "../../app_runtime/contracts/blob_store.ts";
import type { Component } from "../../app_runtime/contracts/component.ts";
import type { EventChannel } from "../../app_runtime/contracts/runtime_event.ts";
import type { FolderBlobStore } from "./folder_blob_store.ts";

const dayMs = 86_400_000;

/** Prepares the blob folder, and once a day deletes what is old and needed by nobody. */
export class BlobKeeper implements Component {
  readonly name = "blobs";
  /** Who holds the data directory. */
  readonly needs = ["journal"];
  readonly #folder: FolderBlobStore;
  readonly #store: SweptBlobStore;
  readonly #needed: NeededBlobs;
  readonly #keepMs: number;
  readonly #clock: Clock;
  readonly #events: EventChannel;
  #nextSweep: Disposable | undefined;
  #sweeping: Promise<void> | undefined;

  constructor(parts: {
    readonly folder: FolderBlobStore;
    /** What is swept: the folder itself, or a store in front of it. */
    readonly store: SweptBlobStore;
    readonly needed: NeededBlobs;
    /** A blob put longer ago than this goes, unless it is needed. */
    readonly keepMs: number;
    readonly clock: Clock;
    readonly events: EventChannel;
  }) {
    this.#folder = parts.folder;
    this.#store = parts.store;
    this.#needed = parts.needed;
    this.#keepMs = parts.keepMs;
    this.#clock = parts.clock;
    this.#events = parts.events;
  }

  load(): Promise<void> {
    return this.#folder.open();
  }

  async start(): Promise<void> {
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#nextSweep?.[Symbol.dispose]();
    await this.#sweeping;
  }

  #schedule(): void {
    this.#nextSweep = this.#clock.after(dayMs, () => {
      this.#schedule();
      this.#sweeping ??= this.#sweep().finally(() => {
        this.#sweeping = undefined;
      });
    });
  }

  async #sweep(): Promise<void> {
    try {
      const deleted = await this.#store.sweep(this.#clock.wallNow() - this.#keepMs, this.#needed);
      this.#say("debug", "blobs_swept", `Deleted ${deleted} old blobs that nobody needs.`);
    } catch (thrown) {
      this.#say("warn", "blobs_not_swept", `Old blobs were not deleted today: ${messageOf(thrown)}`);
    }
  }

  #say(level: "debug" | "warn", code: string, message: string): void {
    this.#events.emit({ unit: "component:blobs", kind: "unit.fact", code, level, message, fields: {} });
  }
}
