import type { Clock } from "../../app_runtime/base/clock.ts";
import type { Article, Sku } from "../domain/article.ts";
import type { Catalogue } from "../services/catalogue.ts";
import { readCatalogue } from "./read_catalogue.ts";
import { type FileChange, WatchedFile } from "./watched_file.ts";

const maxBytes = 50_000_000;

/** The catalogue as a CSV file (see config/catalog.csv); a change of the file is in use within a second. */
export class FileCatalogue implements Catalogue {
  readonly #file: WatchedFile<ReadonlyMap<Sku, Article>>;

  /** @throws {DataFileError} naming every problem with its line. */
  static async open(parts: {
    readonly path: string;
    readonly clock: Clock;
    readonly onChange?: (change: FileChange) => void;
  }): Promise<FileCatalogue> {
    return new FileCatalogue(await WatchedFile.open({ maxBytes, read: readCatalogue, onChange: undefined, ...parts }));
  }

  private constructor(file: WatchedFile<ReadonlyMap<Sku, Article>>) {
    this.#file = file;
  }

  /** Why a changed file is not in use; empty if the newest content is. */
  get problems(): readonly string[] {
    return this.#file.problems;
  }

  async articles(skus: Iterable<Sku>): Promise<ReadonlyMap<Sku, Article>> {
    const all = await this.#file.current();
    const found = new Map<Sku, Article>();
    for (const sku of skus) {
      const article = all.get(sku);
      if (article !== undefined) found.set(sku, article);
    }
    return found;
  }
}
