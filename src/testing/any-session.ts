// The session of a request by any name: an application gives its values types by theirs.
import { context } from "../actions/index.ts"

export interface AnySession {
  get(name: string): unknown
  set(name: string, value: unknown): void
  all(): object
  rotate(): void
  destroy(): void
}

export function anySession(): AnySession {
  const { session }: { readonly session: unknown } = context()
  // Only the types of the names differ.
  return session as AnySession
}
