// The attributes that a component hands through to its element, and how its own are kept apart from them.
import type { AnyAttributes, TagAttributes } from "../html/index.ts"

/** What the element `Name` takes, without the names in `Own`, which the component gives another meaning. */
export type ElementProps<Name extends string, Own extends string = never> = {
  // A homomorphic map, because `Omit` would lose the types of `data-on:*` to the index signature of `data-*`.
  [Key in keyof TagAttributes<Name> as Key extends Own | "children" | "key" ? never : Key]: TagAttributes<Name>[Key]
}

/** The attributes with `first` before their own classes, whichever way these are spelled; `class` stands first. */
export function withClass(first: string, attributes: object): AnyAttributes {
  const { class: own, cls, class_, _class, klass, htmlClass, ...rest } = attributes as AnyAttributes
  const more = [own, cls, class_, _class, klass, htmlClass]
  return { class: more.every(names => names === undefined) ? first : [first, ...more], ...rest }
}
