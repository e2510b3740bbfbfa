// The id of an entity as paths and the names of forms write it.
import type { EntityInstance } from "../../entity/index.ts"
import { escapeHtml } from "../../html/internal.ts"
import { shortId } from "../contract/form-keys.ts"

class IdTexts {
  readonly id: unknown
  /** The id in a path, and how HTML writes it. */
  readonly path: string
  readonly html: string
  #short: string | undefined

  constructor(id: unknown) {
    const text = String(id)
    this.id = id
    const isPlain = /^[\w-]+$/.test(text)
    this.path = isPlain ? text : encodeURIComponent(text)
    this.html = isPlain ? text : escapeHtml(this.path)
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
