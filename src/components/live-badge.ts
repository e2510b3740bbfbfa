// A badge that says whether the page is live: the client shows the second text while the server cannot be reached.
import { type Child, type Markup, span } from "../html/index.ts"
import { ownProps } from "../shared/own-props.ts"
import { type ElementProps, withClass } from "./attributes.ts"

export interface LiveBadgeProps extends ElementProps<"span"> {
  /** The text while the connection stands. Default "Live". */
  readonly live?: Child
  /** The text while it is lost, read out when it appears. Default "Reconnecting…". */
  readonly lost?: Child
}

/** `<LiveBadge />`, once on a page with a live view. It takes the place of the client's own sign; without JavaScript it is hidden. */
export function LiveBadge(props: LiveBadgeProps = {}): Markup {
  const { live = "Live", lost = "Reconnecting…", ...rest } = ownProps(props)
  return span(
    withClass("live-badge", rest),
    span(live),
    // The element that the client looks for by its id, and shows.
    span({ id: "nitro-connection", role: "status", hidden: true }, lost),
  )
}
