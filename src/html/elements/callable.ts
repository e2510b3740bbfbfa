// The structural type of a call, as components use it. Any value with these faces fits.
import type { ElementAttributes } from "../attributes/attribute-types.ts"
import type { Child } from "../markup/child.ts"
import type { Markup } from "../markup/markup.ts"
import type { IconName } from "./icon-data.gen.ts"

/** The description of one field of a form: plain data, as the schema of the field and its options give it. */
export interface FormField {
  readonly name: string
  readonly label: string
  readonly help?: string
  readonly placeholder?: string
  /** The type of an input, or `textarea`, `select`, `radio`, `checkbox`, `switch`. */
  readonly widget: string
  /** Title of the part of the form that it stands in. */
  readonly group?: string
  /** The values that it can have, where these are few. */
  readonly options?: readonly (string | number)[]
}

/** `call(todo, "toggle")`, `send(PlaceOrder)`, and whatever else can be sent by a form. */
export interface Callable {
  /** Attributes of a `<form>` that sends it, with and without script. */
  readonly form: { readonly method: "post" | "get"; readonly action: string }
  /** The hidden field that distinguishes a form sent twice from two forms. Empty if no key is needed. */
  readonly key: Markup
  /** A form that is one button. */
  button(label: Child, attributes?: ElementAttributes["button"]): Markup
  /** The default text of its button. */
  readonly label?: string
  /** The icon of its button. */
  readonly icon?: IconName | undefined
  /** Its effect: the tooltip of its button. */
  readonly description?: string | undefined
  /** The display text of its entity: a button of a row is read out as "Delete Buy milk". */
  readonly target?: string | undefined
  /** The fields of its form, in their order. */
  readonly fields?: readonly FormField[]
  /** A form that is one field, with the place for its message. */
  input(name: string, attributes?: ElementAttributes["input"]): Markup
}
