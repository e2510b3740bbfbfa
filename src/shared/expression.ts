// The brand of a Datastar expression: the only value that an attribute evaluated by the browser may carry.

/** An expression that has been in an attribute. */
interface Printed {
  readonly source: string
  readonly attributeText: string
}

/**
 * JavaScript source that the page will evaluate. "Is an expression" is decided by `instanceof` alone, so that no
 * JSON body can imitate one. Build them with `nitro-ts/datastar`; the type parameter is the type it evaluates to.
 */
export class Expression<out T = unknown> {
  // One field for all that it can be, since a list makes several of these for each row.
  #source: string | ((self: Expression) => string) | Printed
  declare protected readonly evaluatesTo: T

  /**
   * `source` may be a function, called once, when the text is first needed. Subclasses pass one instead of overriding the
   * getter, so that every way to print an expression reads the same text. `attributeText` is the source with the five
   * characters escaped, if it is known already.
   */
  constructor(source: string | ((self: Expression) => string), attributeText?: string) {
    this.#source =
      typeof source === "string" && attributeText !== undefined ? { source, attributeText } : source
  }

  /** JavaScript source, not yet escaped for HTML. */
  get source(): string {
    return Expression.sourceOf(this)
  }

  /** The same. Static: a signal may have that name. */
  static sourceOf(expression: Expression): string {
    if (typeof expression.#source === "object") return expression.#source.source
    if (typeof expression.#source !== "string") expression.#source = expression.#source(expression)
    return expression.#source
  }

  /** The source as it stands in an attribute; `escapeText` is called once at most. */
  static attributeText(expression: Expression, escapeText: (source: string) => string): string {
    if (typeof expression.#source !== "object") {
      const source = Expression.sourceOf(expression)
      expression.#source = { source, attributeText: escapeText(source) }
    }
    return expression.#source.attributeText
  }

  toString(): string {
    return Expression.sourceOf(this)
  }
}
