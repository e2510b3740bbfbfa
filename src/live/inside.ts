// Where a live view is rendered: in a page, or inside of another live view, which then follows for it.
import { currentRequest, type RequestContext } from "../actions/index.ts"
import { AsyncVariable } from "../shared/async-variable.ts"
import type { Interest } from "./matching/watches.ts"

/** A live view that renders others inside of its content, and is rendered again when one of their entities changed. */
export class Follower {
  readonly follow: (interest: Interest) => void

  constructor(follow: (interest: Interest) => void) {
    this.follow = follow
  }
}

/** For content that is rendered once, and again by another: it follows nothing. */
export const unfollowed: Follower = new Follower(() => {})

/** The request is named too: content may send a request to an app, whose page is inside of nothing. */
const around = new AsyncVariable<{
  readonly context: RequestContext
  readonly follower: Follower
}>()

/** Runs `render` as the content of a live view. */
export function renderInside<T>(follower: Follower, render: () => T): T {
  const context = currentRequest()
  return context === undefined ? render() : around.run({ context, follower }, render)
}

/** The innermost view of this request that something is rendered inside of; undefined directly in its page. */
export function viewAround(context: RequestContext): Follower | undefined {
  const view = around.get()
  return view?.context === context ? view.follower : undefined
}
