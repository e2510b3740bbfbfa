// Where a live view is rendered: in a page, or inside of another live view, which then follows for it.
import { currentRequest } from "../actions/index.ts"
import { withRequest } from "../actions/internal.ts"
import type { Interest } from "./matching/watches.ts"

/** Under this key of a request's `extras` stands its `LiveRequest`, or the view inside of which something is rendered. */
export const liveKey: unique symbol = Symbol("nitro.live")

/** A live view that renders others inside of its content, and is rendered again when one of their entities changed. */
export class Follower {
  readonly follow: (interest: Interest) => void

  constructor(follow: (interest: Interest) => void) {
    this.follow = follow
  }
}

/** For content that is rendered once, and again by another: it follows nothing. */
export const unfollowed: Follower = new Follower(() => {})

/** Runs `render` as the content of a live view. */
export function renderInside<T>(follower: Follower, render: () => T): T {
  const context = currentRequest()
  if (context === undefined) return render()
  const extras = new Map(context.extras).set(liveKey, follower)
  // A copy is cheaper than an object that becomes a prototype; but the members of some say that they were read.
  const isPlain =
    Object.getPrototypeOf(context) === Object.prototype &&
    Object.getOwnPropertyDescriptor(context, "user")?.get === undefined
  return withRequest(
    isPlain ? { ...context, extras } : Object.create(context, { extras: { value: extras } }),
    render,
  )
}
