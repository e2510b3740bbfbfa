// An expression that knows where its source may stand without parentheses.
import { Expression as Brand } from "../shared/expression.ts"
import { isObject } from "../shared/guards.ts"

/**
 * Where an expression's source may stand without parentheses: `primary` anywhere, `operand` not as the receiver of a
 * member, `assignment` neither there nor as an operand, `raw` only alone, and a `statement` never inside an expression.
 */
export type Form = "primary" | "operand" | "assignment" | "raw" | "statement"

/** The form is private, so that no signal's name is taken by it. */
export class FormedExpression<T = unknown> extends Brand<T> {
  readonly #form: Form

  constructor(source: string, form: Form, attributeText?: string) {
    super(source, attributeText)
    this.#form = form
  }

  /** An expression of another module has no form: its source could be anything. */
  static form(expression: Brand): Form {
    return isObject(expression) && #form in expression ? expression.#form : "raw"
  }
}
