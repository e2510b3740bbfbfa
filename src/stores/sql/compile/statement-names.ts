// Names for prepared statements, so that a connection prepares each text once, and not more texts than a bound.
import { createHash } from "node:crypto"
import { BoundedCache } from "./bounded-cache.ts"

/**
 * A text gets a name when it comes the second time: a statement that runs once is not worth keeping on the server. When all
 * names are used, further texts run without one. The name is made from the text, so that two stores on one pool agree.
 */
export class StatementNames {
  readonly #maxNames: number
  readonly #names: Map<string, string> = new Map<string, string>()
  readonly #seen: BoundedCache<string, true>

  constructor(maxNames: number) {
    this.#maxNames = maxNames
    this.#seen = new BoundedCache(maxNames)
  }

  nameOf(text: string): string | undefined {
    return this.#names.get(text) ?? this.#learn(text)
  }

  #learn(text: string): string | undefined {
    if (this.#seen.get(text) === undefined) {
      this.#seen.set(text, true)
      return undefined
    }
    if (this.#names.size >= this.#maxNames) return undefined
    const name = `nitro_${createHash("sha256").update(text).digest("base64url").slice(0, 22)}`
    this.#names.set(text, name)
    return name
  }
}
