// The type of who makes a request, as the application names it.

/**
 * Types of your application that the library passes through. Name your user once, and `context().user`, actions and `allow`
 * know it: `declare module "nitro-ts/actions" { interface RegisteredTypes { user: User } }`.
 */
// biome-ignore lint/suspicious/noEmptyInterface: applications add to it by declaration merging
export interface RegisteredTypes {}

/** The data of `context().session`, by name; any values until `RegisteredTypes` names them: `interface RegisteredTypes { session: { basket: string[] } }`. */
export type SessionData = RegisteredTypes extends { readonly session: infer S }
  ? S
  : Record<string, unknown>

/** The type that `nitro({ user })` returns; `unknown` until `RegisteredTypes` names it. */
export type User = RegisteredTypes extends { readonly user: infer U } ? U : unknown
