import { LeaseFencedError, type LeaseNotes, type Tenure } from "../../app_runtime/contracts/lease.ts";
import type { JsonValue } from "../../app_runtime/contracts/task.ts";
import { ClusterRecordError } from "./cluster_errors.ts";
import type { ClusterLink } from "./cluster_link.ts";
import { readNoteScript, writeNoteScript } from "./note_scripts.ts";

/** Notes in the very rows of the leases, so that a holder that was overtaken cannot write over what the new one noted. */
export class RedisNotes implements LeaseNotes {
  readonly #link: ClusterLink;
  readonly #tenures = new Map<string, Tenure>();
  /** As text, by lease, while it is held: for a Redis that forgets. */
  readonly #known = new Map<string, string>();

  constructor(parts: { readonly link: ClusterLink }) {
    this.#link = parts.link;
  }

  /** Under which lease the source is worked here; without one it is not. */
  hold(source: string, tenure: Tenure | undefined): void {
    const last = this.#tenures.get(source);
    if (last !== undefined) this.#known.delete(last.claim.name);
    if (tenure === undefined) this.#tenures.delete(source);
    else this.#tenures.set(source, tenure);
  }

  /** The note that Redis should have in this lease, as text; nothing while there is none. */
  knownIn(lease: string): string {
    return this.#known.get(lease) ?? "";
  }

  async read(source: string): Promise<JsonValue | undefined> {
    const { name } = this.#claimOf(source);
    const note = String(await this.#link.run(readNoteScript, [this.#key(name)], []));
    if (note === "") return undefined;
    const value = this.#valueOf(note, name);
    this.#known.set(name, note);
    return value;
  }

  async write(source: string, note: JsonValue): Promise<void> {
    const { name, token } = this.#claimOf(source);
    const text = JSON.stringify(note);
    if (Number(await this.#link.run(writeNoteScript, [this.#key(name)], [token, text])) !== 1) throw fenced(source);
    this.#known.set(name, text);
  }

  #valueOf(note: string, lease: string): JsonValue {
    try {
      return JSON.parse(note) as JsonValue;
    } catch {
      throw new ClusterRecordError(this.#key(lease));
    }
  }

  #claimOf(source: string) {
    const tenure = this.#tenures.get(source);
    if (tenure?.isValid() !== true) throw fenced(source);
    return tenure.claim;
  }

  #key(lease: string): string {
    return this.#link.key(`lease:${lease}`);
  }
}

function fenced(source: string): LeaseFencedError {
  return new LeaseFencedError(`the source "${source}"`);
}
