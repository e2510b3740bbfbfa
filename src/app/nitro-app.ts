// The public members of an app, besides the host's middleware.
import type { RouteDescription, User } from "../actions/index.ts"

/** The members of the result of `nitro()`, besides the host's middleware. */
export interface NitroApp {
  /**
   * Resolves once definitions, references and tables of the classes were checked. Rejects in production with the faults that keep the app
   * from responding; elsewhere they are a warning. `serve` awaits it, and requests that come before wait.
   */
  readonly ready: Promise<void>
  /** Every route of the app as plain data, in the order of registration. */
  readonly routes: readonly RouteDescription[]
  /** The names of its plugins, in their order. */
  readonly plugins: readonly string[]
  /** Live streams that are open. */
  readonly openStreams: number
  /**
   * Ends the live streams of one user, as after a logout or the loss of a right: the pages reconnect, and
   * their routes decide anew. Users are the same by value, as one entity, or by their `id`; a function chooses by any other
   * rule, and undefined means visitors. Returns the number of streams.
   */
  endStreams(choose: (user: User | undefined) => boolean): number
  endStreams(user: User | undefined): number
  /** Ends the app's live streams and frees what it holds. Calling it again returns the same promise. */
  close(): Promise<void>
}
