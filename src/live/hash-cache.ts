// Short hashes of texts that come again with every page: the shapes of views and their layouts.
import { shortHash } from "../shared/short-hash.ts"

/** Texts that are kept; the next one empties the cache. Views of many users have as many texts. */
const maxTexts = 1000

export class HashCache {
  readonly #hashes = new Map<string, string>()

  of(text: string): string {
    let hash = this.#hashes.get(text)
    if (hash === undefined) {
      hash = shortHash(text)
      if (this.#hashes.size >= maxTexts) this.#hashes.clear()
      this.#hashes.set(text, hash)
    }
    return hash
  }
}
