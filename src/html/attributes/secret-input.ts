// Attributes of a form field that are others on an `<input type="password">`: what was typed there is never shown again.

/** Own key of attributes that say so. Only code can make it: JSON has no symbols. */
export const onPassword: unique symbol = Symbol("nitro.on-password")

export interface OnPassword {
  /** The name and the value as the attributes hold them, and the name that takes their place. */
  readonly name: string
  readonly value: string | undefined
  readonly secretName: string
}

interface FieldAttributes extends Readonly<Record<string, unknown>> {
  readonly [onPassword]?: OnPassword
}

/** The attributes to print on an `<input>`: the same, unless they are of a field and its type is `password`. */
export function inputAttributes(attributes: FieldAttributes): FieldAttributes {
  return attributes[onPassword] !== undefined && isPassword(typeOf(attributes))
    ? secretAttributes(attributes)
    : attributes
}

/** Turns the attributes of a field into those of a password input. Attributes set by the application stay. */
export function secretAttributes(attributes: FieldAttributes): FieldAttributes {
  const { [onPassword]: field, ...others } = attributes
  if (field === undefined) return attributes
  const { name, value } = others
  return {
    ...others,
    ...(name === field.name && { name: field.secretName }),
    ...(value === field.value && { value: undefined }),
  }
}

/** HTML compares the keyword without its case. */
export const isPassword = (type: unknown): boolean =>
  typeof type === "string" && type.toLowerCase() === "password"

/** The `type` among attributes, in any case of its name. */
export function typeOf(attributes: object): unknown {
  for (const name in attributes) {
    if (name.length === 4 && name.toLowerCase() === "type") return Reflect.get(attributes, name)
  }
  return undefined
}
