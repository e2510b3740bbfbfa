// The brand of a Datastar expression: the only value that an attribute evaluated by the browser may carry.

/**
 * JavaScript source that the page will evaluate. "Is an expression" is decided by `instanceof` alone, so that no
 * JSON body can imitate one. Build them with `nitro-ts/datastar`; the type parameter is the type it evaluates to.
 */
export class Expression<out T = unknown> {
  readonly #source: string
  declare protected readonly evaluatesTo: T

  constructor(source: string) {
    this.#source = source
  }

  /** JavaScript source, not yet escaped for HTML. */
  get source(): string {
    return this.#source
  }

  toString(): string {
    return this.source
  }
}
