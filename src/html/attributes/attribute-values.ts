// The types of attribute values that many elements share.

/** An attribute that `false`, `null` and `undefined` leave out. */
export type Optional<T> = T | false | null | undefined
export type Text = Optional<string>
export type TextOrNumber = Optional<string | number>
/** `true` prints the bare name. */
export type Flag = boolean | null | undefined
/** An address. Those that run script (`javascript:`, scriptable `data:`) are left out. */
export type Url = Optional<string | URL>

/** Values of an attribute whose type is not known more closely. */
export type AttributeValue = string | number | bigint | boolean | null | undefined
