// The one door for JavaScript source that the author of the page wrote.
import { ExpressionNode, typed } from "./expression.ts"
import type { Expression } from "./expression-types.ts"

/**
 * Source that is printed as it is: `js<string>("evt.target.value")`. The type parameter is your claim about its value.
 * Never pass text that anybody else could have written: it runs in the page. Values belong into `value(...)`.
 */
export function js<T = unknown>(source: string): Expression<T> {
  const simple =
    /^(?:@?[\w$]+(?:\(\))?(?:\??\.[\w$]+(?:\(\))?)*)$/.test(source) && !/^\d/.test(source)
  return typed(new ExpressionNode(source, simple ? "primary" : "raw"))
}
