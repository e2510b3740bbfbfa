// The attributes that a component hands through to its element, and how its own are kept apart from them.
import type { AnyAttributes, ClassValue, TagAttributes } from "../html/index.ts"

/** The attributes of the element `Name`, without the names in `Own`, which the component gives another meaning. */
export type ElementProps<Name extends string, Own extends string = never> = {
  // A homomorphic map, because `Omit` would lose the types of `data-on:*` to the index signature of `data-*`.
  [Key in keyof TagAttributes<Name> as Key extends Own | "children" | "key"
    ? never
    : Key]: TagAttributes<Name>[Key]
}

const classNames = ["class", "cls", "class_", "_class", "klass", "htmlClass"]

/** The props that are not handed through as they are: those that the component gives another meaning, and the class. */
export type OwnNames = ReadonlyMap<string, "own" | "class">

export function ownNamesOf(names: Iterable<string>): OwnNames {
  const kinds = new Map<string, "own" | "class">()
  for (const name of classNames) kinds.set(name, "class")
  for (const name of names) kinds.set(name, "own")
  return kinds
}

/** The attributes with `first` before their own classes, whichever way these are spelled; `class` stands first. */
export function withClass(first: string, attributes: object): AnyAttributes {
  return passOn({ class: first }, attributes, nothing)
}

const nothing = ownNamesOf([])

/**
 * Adds the props that are not the component's own to `attributes`, which is a fresh object: `class` is joined, the others
 * win over what is there. One loop, because copying by rest and spread costs several times the element itself.
 */
export function passOn(
  attributes: AnyAttributes,
  props: object,
  ownNames: OwnNames,
): AnyAttributes {
  // Read by name.
  const values = props as Readonly<Record<string, unknown>>
  for (const name of Object.keys(props)) {
    const kind = ownNames.get(name)
    if (kind === undefined) attributes[name] = values[name]
    else if (kind === "class" && values[name] !== undefined)
      // The attribute checks it.
      attributes.class = [attributes.class, values[name] as ClassValue]
  }
  return attributes
}
