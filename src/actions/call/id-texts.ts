// The id of an entity as paths and the names of forms write it.
import type { EntityInstance } from "../../entity/index.ts"
import { shortId } from "../contract/form-keys.ts"

class IdTexts {
  readonly id: unknown
  /** The id in a path. */
  readonly path: string
  #short: string | undefined

  constructor(id: unknown) {
    const text = String(id)
    this.id = id
    this.path = /^[\w-]+$/.test(text) ? text : encodeURIComponent(text)
  }

  /** The id in the name of a form. A row of buttons alone needs none. */
  get short(): string {
    this.#short ??= shortId(String(this.id ?? ""))
    return this.#short
  }
}

// The calls of one row follow each other.
let last = new IdTexts("")

export function idTexts({ id }: EntityInstance): IdTexts {
  if (id !== last.id) last = new IdTexts(id)
  return last
}
