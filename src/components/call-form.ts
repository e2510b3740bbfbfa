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
import { element, elementRecord, openWith, typeOf } from "../html/internal.ts"
import { NitroError } from "../shared/errors.ts"

const inputRecord = elementRecord("input")

// The calls below are read through `membersOf`.

/** A form that is one button. It takes no space in a layout. */
export function buttonForm(call: Callable, attributes: AnyAttributes, content: Child): Markup {
  return formOf(call, "button", attributes, button(attributes, content))
}

/** A form that is one field with the name `name` and these attributes, with the place for its message. Those of the call give way. */
export function fieldForm(
  call: Callable,
  name: string,
  attributes: AnyAttributes,
  message: Child,
): Markup {
  const text = name === "action" ? undefined : call.onlyFieldText?.(name, attributes)
  if (text !== undefined && call.formAround !== undefined)
    return call.formAround("field", [
      element(inputRecord, openWith(inputRecord, attributes, text), undefined),
      message,
    ])
  const field = call.onlyField === undefined ? call.field(name) : call.onlyField(name)
  // Those of the component first, as in a row; each by its own value wins.
  const all: AnyAttributes = { ...attributes, ...field, ...attributes }
  const place = field["aria-describedby"]
  const described = all["aria-describedby"]
  if (typeof described === "string" && described !== place)
    all["aria-describedby"] = `${place} ${described}`
  return formOf(call, "field", all, [input(all), message])
}

function formOf(
  call: Callable,
  kind: "button" | "field",
  control: AnyAttributes,
  content: Child,
): Markup {
  assertControl(kind, control)
  if (call.formAround !== undefined && !hidesAddress(control)) return call.formAround(kind, content)
  const look = kind === "button" ? { "data-form": "button" } : { class: "field" }
  return form({ ...call.form, ...look }, call.key, content)
}

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
