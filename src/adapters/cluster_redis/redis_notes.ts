import { LeaseFencedError, type LeaseNotes, type Tenure } from "../../app_runtime/contracts/lease.ts";
import type { JsonValue } from "../../app_runtime/contracts/task.ts";
import type { ClusterLink } from "./cluster_link.ts";
import { readNoteScript, writeNoteScript } from "./note_scripts.ts";

/** Notes in the very rows of the leases, so that a holder that was overtaken cannot write over what the new one noted. */
export class RedisNotes implements LeaseNotes {
  readonly #link: ClusterLink;
  readonly #tenures = new Map<string, Tenure>();

  constructor(parts: { readonly link: ClusterLink }) {
    this.#link = parts.link;
  }

  /** Under which lease the source is worked here; without one it is not. */
  hold(source: string, tenure: Tenure | undefined): void {
    if (tenure === undefined) this.#tenures.delete(source);
    else this.#tenures.set(source, tenure);
  }

  async read(source: string): Promise<JsonValue | undefined> {
    const { name } = this.#claimOf(source);
    const note = String(await this.#link.run(readNoteScript, [this.#key(name)], []));
    return note === "" ? undefined : (JSON.parse(note) as JsonValue);
  }

  async write(source: string, note: JsonValue): Promise<void> {
    const { name, token } = this.#claimOf(source);
    const written = await this.#link.run(writeNoteScript, [this.#key(name)], [token, JSON.stringify(note)]);
    if (Number(written) !== 1) throw fenced(source);
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
