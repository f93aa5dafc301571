import type { Article, Sku } from "../domain/article.ts";

/** Knows what we sell. */
export interface Catalogue {
  /** The articles among `skus` that exist. */
  articles(skus: Iterable<Sku>): Promise<ReadonlyMap<Sku, Article>>;
}
