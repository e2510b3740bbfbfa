// An error boundary: a part of the page that fails alone.
import { ownProps } from "../../shared/own-props.ts"
import { Ahead, isRefusal } from "../../shared/responding.ts"
import { renderAhead } from "../markup/ahead.ts"
import { type Child, toMarkup } from "../markup/child.ts"
import { type Markup, Parts } from "../markup/markup.ts"
import { chunks, settleAround } from "../markup/render.ts"
import { recoverSuspended } from "./suspense.ts"

export interface BoundaryProps {
  /** Replaces the children if one of them fails; a function gets the error. */
  readonly fallback: Child | ((error: unknown) => Child)
  /** The part that may fail. As a function, errors that it throws at once are caught as well. */
  readonly children?: Child | (() => Child)
}

/**
 * Renders `fallback` in the place of all children when one of them fails, or of a `Suspense` among them that fails later. Async
 * children are caught as they are; those that throw at once only when `children` is a function, since JSX calls components before
 * the boundary around them. `NITRO_NO_APP` is no failure of a part: it fails the response.
 */
export function Boundary(props: BoundaryProps): Markup {
  const { fallback, children } = ownProps(props)
  // At once, so that a fallback that is a promise and rejects without being needed ends no process.
  const ready = typeof fallback === "function" ? undefined : toMarkup(fallback)
  const recover = (error: unknown): Markup => {
    if (isRefusal(error)) throw error
    return ready ?? toMarkup(typeof fallback === "function" ? fallback(error) : fallback)
  }
  const ahead = new Ahead()
  let content: Markup
  try {
    content = ahead.run(() => toMarkup(typeof children === "function" ? children() : children))
  } catch (error) {
    return recover(error)
  }
  if (chunks(content) !== undefined) {
    ahead.passOn()
    return content
  }
  // Nothing of it may be sent before all of it is known to work, but for what is suspended: that fails in its own place.
  const settled = renderAhead(ahead, () =>
    settleAround(content)
      .then(around => recoverSuspended(around, recover))
      .catch(recover),
  )
  settled.catch(() => {})
  return new Parts([settled])
}
