// The structural type of a call, as components use it. Any value with these faces fits.
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

/** Attributes of a `<form>` that sends a call, with and without script. */
export type CallForm = {
  readonly method: "post" | "get"
  readonly action: string
}

/** Attributes of a field in the form of a call: its name, its value, its tie to its message. */
export interface CallField {
  readonly id: string
  readonly name: string
  readonly value?: string
  readonly "aria-describedby": string
}

/** `call(todo, "toggle")`, `send(PlaceOrder)`, and whatever else can be sent by a form. */
export interface Callable {
  readonly form: CallForm
  /** The form around one control and nothing else, with its key, shorter than by `form`: with `data-form="button"` or `class="field"`. Default: made of `form` and `key`. */
  formAround?(control: "button" | "field", content: Child): Markup
  /** The hidden field that distinguishes a form sent twice from two forms. Empty if no key is needed. */
  readonly key: Markup
  field(name: string): CallField
  /** The attributes of the only field of a form: in that of an `update`, leaving it saves, and Escape reverts. Default: `field`. */
  onlyField?(name: string): CallField
  /**
   * The same as text for an open tag, which lists print faster. Undefined where only `onlyField` has them, as after a refusal, and
   * beside `others`, the attributes of the tag, that it may have as well.
   */
  onlyFieldText?(name: string, others: object): string | undefined
  /** The place for the message of a field. */
  error(name: string): Markup
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
}
