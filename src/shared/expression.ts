// The brand of a Datastar expression: the only value that an attribute evaluated by the browser may carry.

/**
 * JavaScript source that the page will evaluate. "Is an expression" is decided by `instanceof` alone, so that no
 * JSON body can imitate one. Build them with `nitro-ts/datastar`; the type parameter is the type it evaluates to.
 */
export class Expression<out T = unknown> {
  #source: string | ((self: Expression) => string)
  #attributeText: string | undefined
  declare protected readonly evaluatesTo: T

  /**
   * `source` may be a function, called once, when the text is first needed. Subclasses pass one instead of overriding the
   * getter, so that every way to print an expression reads the same text. `attributeText` is the source with the five
   * characters escaped, if it is known already.
   */
  constructor(source: string | ((self: Expression) => string), attributeText?: string) {
    this.#source = source
    this.#attributeText = attributeText
  }

  /** JavaScript source, not yet escaped for HTML. */
  get source(): string {
    return Expression.sourceOf(this)
  }

  /** The same. Static: a signal may have that name. */
  static sourceOf(expression: Expression): string {
    if (typeof expression.#source !== "string") expression.#source = expression.#source(expression)
    return expression.#source
  }

  /** The source as it stands in an attribute; `escapeText` is called once at most. */
  static attributeText(expression: Expression, escapeText: (source: string) => string): string {
    expression.#attributeText ??= escapeText(Expression.sourceOf(expression))
    return expression.#attributeText
  }

  toString(): string {
    return Expression.sourceOf(this)
  }
}
