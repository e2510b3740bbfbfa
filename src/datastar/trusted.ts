// The only way to pass JavaScript source written by the author of the page.
import { ExpressionNode, typed } from "./expression.ts"
import type { Expression } from "./expression-types.ts"

/**
 * Source that is printed as it is: `js<string>("evt.target.value")`. The type parameter is your claim about its value.
 * Never pass text from outside: it runs in the page. Values belong into `value(...)`.
 */
export function js<T = unknown>(source: string): Expression<T> {
  const simple =
    /^(?:@?[\w$]+(?:\(\))?(?:\??\.[\w$]+(?:\(\))?)*)$/.test(source) && !/^\d/.test(source)
  return typed(new ExpressionNode(source, simple ? "primary" : "raw"))
}
