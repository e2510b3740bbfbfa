// The structural type of a call, as components use it. Any value with these faces fits.
import type { ElementAttributes } from "../attributes/attribute-types.ts"
import type { Child } from "../markup/child.ts"
import type { Markup } from "../markup/markup.ts"

/** `call(todo, "toggle")`, `send(PlaceOrder)`, and whatever else can be sent by a form. */
export interface Callable {
  /** Attributes of a `<form>` that sends it, with and without script. */
  readonly form: { readonly method: "post" | "get"; readonly action: string }
  /** The hidden field that distinguishes a form sent twice from two forms. Empty if no key is needed. */
  readonly key: Markup
  /** A form that is one button. */
  button(label: Child, attributes?: ElementAttributes["button"]): Markup
  /** A form that is one field, with the place for its message. */
  input(name: string, attributes?: ElementAttributes["input"]): Markup
}
