// A value in a template, and the context that decides how it is printed.
import type { AttributeName } from "../attributes/attribute-name.ts"

// Contexts are numbers because the render loop compares them for every value; those that numbers may be come first.
/** A child in text. */
export const TEXT = 0
/** A whole attribute whose text needs nothing but escaping. */
export const PLAIN_ATTRIBUTE = 1
/** A piece of a quoted value whose text needs nothing but escaping. */
export const PIECE = 2
/** A piece of a style. */
export const STYLE_PIECE = 3
/** A whole attribute that is an address. */
export const ADDRESS = 4
/** A whole attribute that the browser evaluates. */
export const EXPRESSION = 5
/** Another whole attribute, or an object of attributes when the hole has no name. */
export const ATTRIBUTE = 6
/** Data in a script. */
export const JSON_VALUE = 7
/** Code in a style: `raw()` only. */
export const CODE = 8
/** The first value of an attribute whose text is checked as a whole; the others are SKIP. */
export const GROUP = 9
export const SKIP = 10
/** The first child of a `<textarea>` or `<pre>`, and those that follow it at once: it may be empty. */
export const VERBATIM = 11

/** Attributes of a `<textarea>`, whose value is its text; a name says that it is the value alone. */
export const TEXTAREA = 12

/** An object of attributes that other values of the tag concern: see `passwordBy` and `behind`. */
export const BESIDE = 13

export interface Hole {
  readonly kind: number
  /** The element it stands in. */
  readonly tag: string
  /** Undefined in text, and for an object of attributes. */
  readonly name: AttributeName | undefined
  readonly lead: string
  /** Whether suspended content waits in its place: see `in-place.ts`. */
  readonly isInPlace: boolean
  /** Of a GROUP: the static text before, between and after its values, as written. Of a custom property: `--`. */
  readonly pieces: readonly string[]
  /** Of an object of attributes: the names, in lower case, that the tag has besides. */
  readonly others?: ReadonlySet<string>
  /** Of an object of attributes: the holes of those before it on the tag, whose attributes come first. */
  readonly behind?: readonly number[]
  /** Of an object of attributes on a `<meta>`: another part of the tag may make it a refresh. */
  readonly mayRefresh?: true
  /** Of a TEXTAREA: where its text goes, if it has no other: the static piece, and the offset in it. */
  readonly valueAt?: readonly [piece: number, offset: number]
  /** Of an object of attributes on an `<input>`: it is a password, or is one if the value of one of these holes says so. */
  readonly passwordBy?: true | readonly number[]
}

/** Whether a hole of this kind starts with the name of its attribute, and ends with a quote. */
export const isWholeAttribute = (kind: number): boolean =>
  kind === PLAIN_ATTRIBUTE || kind === ADDRESS || kind === EXPRESSION

export function wholeKind(name: AttributeName): number {
  // Numbers are no text there.
  if (name.kind === "boolean") return ATTRIBUTE
  if (name.takesAnyText) return PLAIN_ATTRIBUTE
  return name.kind === "url" ? ADDRESS : name.kind === "expression" ? EXPRESSION : ATTRIBUTE
}
