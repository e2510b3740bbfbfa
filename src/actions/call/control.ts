// The attributes that the forms of one button and of one field may be given.
import { typeOf } from "../../html/internal.ts"
import { NitroError } from "../../shared/errors.ts"

/** Types that would print a form which nothing sends, or which holds nothing to send. */
const dead: Readonly<
  Record<"button" | "input", { readonly types: ReadonlySet<unknown>; readonly fix: string }>
> = {
  button: {
    types: new Set(["button", "reset"]),
    fix: 'Leave `type` out. For a button that only runs an expression write <button type="button" data-on:click={…}>.',
  },
  input: {
    types: new Set(["button", "reset", "submit", "image", "hidden"]),
    fix: "Leave `type` out, or give that of a field. For a form that is one button write call(…).button(…).",
  },
}

/** @throws NITRO_CALL_CONTROL */
export function assertControl(face: "button" | "input", attributes: object): void {
  const type = typeOf(attributes)
  if (typeof type !== "string" || !dead[face].types.has(type.toLowerCase())) return
  throw new NitroError(
    "NITRO_CALL_CONTROL",
    `call(…).${face}(…) with type ${JSON.stringify(type)} would print a form that does nothing.`,
    {
      fix: dead[face].fix,
    },
  )
}

/** Whether `form.action` is a control of these attributes, and no longer the address of its form. */
export function hidesAddress(attributes: {
  readonly name?: unknown
  readonly id?: unknown
}): boolean {
  return attributes.name === "action" || attributes.id === "action"
}
