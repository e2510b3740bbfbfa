// Text with expressions in it: the `ds` tag and `f`.
import { TemplateNode, typed } from "./expression.ts"
import type { Expression, Operand } from "./expression-types.ts"

type TemplateValue = Operand<string | number | boolean | null>

/** A template literal of the page: ds`Hello ${s.name}` prints `` `Hello ${$name}` ``. Plain values become text. */
export function ds(
  strings: TemplateStringsArray,
  ...values: readonly Operand<unknown>[]
): Expression<string> {
  return typed(
    new TemplateNode(
      strings.flatMap((text, i) => (i < values.length ? [text, values[i]] : [text])),
    ),
  )
}

/** Fills `{name}` in a text: for texts that come from a translation. A name without a value stays as it is. */
export function f(
  template: string,
  values: Readonly<Record<string, TemplateValue>>,
): Expression<string> {
  const parts = template.split(/\{(\w+)\}/)
  return typed(
    new TemplateNode(
      parts.map((part, i) =>
        i % 2 === 0 ? part : Object.hasOwn(values, part) ? values[part] : `{${part}}`,
      ),
    ),
  )
}
