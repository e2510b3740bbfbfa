// Small types that more than one module needs.

/** A value, or a promise of it: synchronous drivers need not pay for a promise. */
export type MaybePromise<T> = T | Promise<T>

/** Values that survive `JSON.parse(JSON.stringify(value))`. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json }
