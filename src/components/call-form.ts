// A form around one control, which sends a call: with and without script, and with its key where it needs one.
import {
  type AnyAttributes,
  button,
  type Callable,
  type Child,
  form,
  input,
  type Markup,
} from "../html/index.ts"
import { typeOf } from "../html/internal.ts"
import { NitroError } from "../shared/errors.ts"
import { memberOf } from "../shared/own-props.ts"

/** A form that is one button. It takes no space in a layout. */
export function buttonForm(call: Callable, attributes: AnyAttributes, content: Child): Markup {
  return form(formAttributes(call, "button", attributes), keyOf(call), button(attributes, content))
}

/** A form that is one field, with the place for its message. */
export function fieldForm(call: Callable, attributes: AnyAttributes, message: Child): Markup {
  return form(formAttributes(call, "field", attributes), keyOf(call), input(attributes), message)
}

function formAttributes(
  call: Callable,
  kind: "button" | "field",
  control: AnyAttributes,
): AnyAttributes {
  assertControl(kind, control)
  const around = hidesAddress(control) ? undefined : memberOf(call, "formAround")
  const attributes: AnyAttributes = {
    ...(around === undefined ? call.form : around.call(call, kind)),
  }
  if (kind === "button") attributes["data-form"] = "button"
  else attributes["class"] = "field"
  return attributes
}

const keyOf = (call: Callable): Child => (memberOf(call, "isRow") === true ? undefined : call.key)

/** Whether `form.action` is the control, and no longer the address of its form. */
const hidesAddress = ({ name, id }: AnyAttributes): boolean => name === "action" || id === "action"

/** Types that would print a form which nothing sends, or which holds nothing to send. */
const dead: Readonly<
  Record<"button" | "field", { readonly types: ReadonlySet<unknown>; readonly fix: string }>
> = {
  button: {
    types: new Set(["button", "reset"]),
    fix: 'Leave `type` out. For a button that only runs an expression write <button type="button" data-on:click={…}>.',
  },
  field: {
    types: new Set(["button", "reset", "submit", "image", "hidden"]),
    fix: "Leave `type` out, or give that of a field. For a form that is one button write <ActionButton call={…}>.",
  },
}

/** @throws NITRO_CALL_CONTROL */
function assertControl(kind: "button" | "field", attributes: AnyAttributes): void {
  const type = typeOf(attributes)
  if (typeof type !== "string" || !dead[kind].types.has(type.toLowerCase())) return
  throw new NitroError(
    "NITRO_CALL_CONTROL",
    `A ${kind} with the type ${JSON.stringify(type)} would make a form that does nothing.`,
    { fix: dead[kind].fix },
  )
}
