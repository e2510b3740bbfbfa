// The attributes that a component hands through to its element, and how its own are kept apart from them.
import type { AnyAttributes, ClassValue, TagAttributes } from "../html/index.ts"

/** The attributes of the element `Name`, without the names in `Own`, which the component gives another meaning. */
export type ElementProps<Name extends string, Own extends string = never> = {
  // A homomorphic map, because `Omit` would lose the types of `data-on:*` to the index signature of `data-*`.
  [Key in keyof TagAttributes<Name> as Key extends Own | "children" | "key"
    ? never
    : Key]: TagAttributes<Name>[Key]
}

const classNames = new Set(["class", "cls", "class_", "_class", "klass", "htmlClass"])

/** The attributes with `first` before their own classes, whichever way these are spelled; `class` stands first. */
export function withClass(first: string, attributes: object): AnyAttributes {
  return passOn({ class: first }, attributes, nothing)
}

const nothing: ReadonlySet<string> = new Set()

/**
 * Adds the props that are not the component's own to `attributes`, which is a fresh object: `class` is joined, the others
 * win over what is there. One loop, because copying by rest and spread costs several times the element itself.
 */
export function passOn(
  attributes: AnyAttributes,
  props: object,
  ownNames: ReadonlySet<string>,
): AnyAttributes {
  // Read by name.
  const values = props as Readonly<Record<string, unknown>>
  for (const name of Object.keys(props)) {
    const value = values[name]
    if (ownNames.has(name)) continue
    if (!classNames.has(name)) attributes[name] = value
    else if (value !== undefined)
      // The attribute checks it.
      attributes.class = [attributes.class, value as ClassValue]
  }
  return attributes
}
