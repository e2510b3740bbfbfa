// The brand of a Datastar expression: the only value that an attribute evaluated by the browser may carry.

/**
 * JavaScript source that the page will evaluate. "Is an expression" is decided by `instanceof` alone, so that no
 * JSON body can imitate one. Build them with `nitro-ts/datastar`; the type parameter is the type it evaluates to.
 */
export class Expression<out T = unknown> {
  readonly #source: string
  #attributeText: string | undefined
  declare protected readonly evaluatesTo: T

  /** `attributeText` is `source` with the five characters escaped, for whoever knows it without looking for them. */
  constructor(source: string, attributeText?: string) {
    this.#source = source
    this.#attributeText = attributeText
  }

  /** JavaScript source, not yet escaped for HTML. */
  get source(): string {
    return this.#source
  }

  /** The source as it stands in an attribute; `escapeText` is called once at most. Static: a signal may have that name. */
  static attributeText(expression: Expression, escapeText: (source: string) => string): string {
    expression.#attributeText ??= escapeText(expression.#source)
    return expression.#attributeText
  }

  toString(): string {
    return this.source
  }
}
