// The live state of the request that renders a page: its views, and the stream it opens.
import { type AppState, currentRequest, type RequestContext, type User } from "../actions/index.ts"
import { js, value as literalOf } from "../datastar/index.ts"
import { html, type Markup } from "../html/index.ts"
import { ownPath } from "../shared/own-path.ts"
import { canonicalText } from "./canonical.ts"
import { changeFeed } from "./change-feed.ts"
import { fingerprint, layoutText, pageCursorText, parseCursor } from "./cursor.ts"
import { type Follower, viewAround } from "./inside.ts"
import { liveApp } from "./live-app.ts"
import { userKey } from "./same-user.ts"
import { type PageIdentity, Stream } from "./stream.ts"
import { streamHostOf } from "./stream-host.ts"
import { joinOwner } from "./stream-owner.ts"

/** `?_nitro=CURSOR` requests the stream of a page; with `&_nitro_once=1` its missed updates, and no more. */
const parameter = "_nitro"
const onceParameter = "_nitro_once"

let requests = 0

/** Under this key of a request's `extras` stands its `LiveRequest`. */
const liveKey: unique symbol = Symbol("nitro.live")

/** The headers that distinguish the users of a site. */
const credentials = ["cookie", "authorization", "accept-language"] as const

/** The live views of a page that is being rendered. */
class PageViews {
  readonly #ids = new Map<string, number>()
  readonly #regionIds: string[] = []
  readonly #views: string[] = []

  register(id: string, shape: string): string {
    const seen = (this.#ids.get(id) ?? 0) + 1
    this.#ids.set(id, seen)
    const regionId = seen === 1 ? id : `${id}-${seen}`
    this.#regionIds.push(regionId)
    this.#views.push(`${regionId} ${shape}`)
    return regionId
  }

  get count(): number {
    return this.#views.length
  }

  layout(hash: (text: string) => string): string {
    return layoutText(this.#regionIds, this.#views, hash)
  }
}

export class LiveRequest implements PageIdentity {
  /** Unique among requests. */
  readonly number: number = ++requests
  readonly app: AppState
  readonly stream: Stream | undefined
  /** The user, once known. */
  user: User | undefined
  readonly source: Request
  /** Of the last change before the page began to render. */
  readonly #seq: number
  /** Undefined once the page is rendered. */
  #views: PageViews | undefined = new PageViews()
  #layout = ""

  /** The page's own address: path and query without our parameters. */
  readonly address: string

  constructor(app: AppState, request: Request, stream: Stream | undefined, address: string) {
    this.app = app
    this.#seq = app.part(changeFeed).last
    this.source = request
    this.stream = stream
    this.address = address
  }

  /** The HTML id of a view's element; a second view with the same id gets another one. */
  register(id: string, shape: string): string {
    return this.#views?.register(id, shape) ?? id
  }

  get hasViews(): boolean {
    return (this.#views?.count ?? 0) > 0
  }

  /** Hashes of in which elements the page has views, and of which they are. */
  get layout(): string {
    return this.#views?.layout(text => this.app.part(liveApp).hashes.of(text)) ?? this.#layout
  }

  /** Called once the page is rendered: its stream keeps the request, but nothing that only counts its views. */
  fixLayout(): void {
    this.#layout = this.layout
    this.#views = undefined
  }

  /** Fingerprint of the user: personal views may depend on it. */
  get viewer(): string {
    const { headers } = this.source
    const values = credentials.map(name => headers.get(name))
    const text = canonicalText([userKey(this.user), ...values])
    // Credentials do not stay in memory.
    const isNobody = this.user === undefined && values[0] === null && values[1] === null
    return isNobody ? this.app.part(liveApp).hashes.of(text) : fingerprint(text)
  }

  get cursor(): string {
    return pageCursorText(this.#seq, this.layout, this.viewer)
  }
}

/** The innermost rendering: a page, the content of another view, or nothing that can be live. */
export function liveRequest(): LiveRequest | Follower | undefined {
  const context = currentRequest()
  if (context === undefined) return undefined
  // The folder alone sets it.
  return viewAround(context) ?? (context.extras.get(liveKey) as LiveRequest | undefined)
}

/** True for a request that may be one for a stream. */
export function mayRequestStream(search: string): boolean {
  return search.includes(`${parameter}=`)
}

/** Prepares a request of the host's own routes for `live()`. Its `stream` exists when the page's script requests one. */
export function prepareLive(
  context: Pick<RequestContext, "app" | "request" | "path" | "search" | "extras">,
): LiveRequest {
  const { app, request, path, search, extras } = context
  const cursor =
    request.method === "GET" && mayRequestStream(search)
      ? new URLSearchParams(search).get(parameter)
      : null
  const stream = cursor === null ? undefined : openStream(app, request, path, cursor)
  const live = new LiveRequest(
    app,
    request,
    stream,
    ownPath(path) + (stream === undefined ? search : withoutOurs(search)),
  )
  extras.set(liveKey, live)
  return live
}

/** The rest stays as it was written: a route may distinguish spellings. */
function withoutOurs(search: string): string {
  const rest = search
    .slice(1)
    .split("&")
    .filter(part => !part.startsWith(`${parameter}=`) && !part.startsWith(`${onceParameter}=`))
    .join("&")
  return rest === "" ? "" : `?${rest}`
}

function openStream(app: AppState, request: Request, path: string, cursor: string): Stream {
  const live = app.part(liveApp)
  const leave = joinOwner(() => stream.end())
  const stream = new Stream({
    hub: live.hub,
    path,
    page: parseCursor(request.headers.get("last-event-id") || cursor),
    isOfClient: request.headers.get("nitro-client") === "1",
    onEnd() {
      leave()
      live.remove(stream)
    },
  })
  live.add(stream)
  onGone(request, () => stream.end())
  return stream
}

function onGone(request: Request, listener: () => void): void {
  const host = streamHostOf(request)
  if (host !== undefined) {
    host.onGone(request, listener)
    return
  }
  const { signal } = request
  signal.addEventListener("abort", listener, { once: true })
  if (signal.aborted) listener()
}

export function requestsOnce(search: string): boolean {
  return (
    search.includes(`${onceParameter}=1`) && new URLSearchParams(search).get(onceParameter) === "1"
  )
}

/** The element that opens the page's stream, at the end of every page with live views. */
export function liveStream(): Markup | undefined {
  const context = currentRequest()
  const request = liveRequest()
  if (!context || !(request instanceof LiveRequest) || request.stream || !request.hasViews)
    return undefined
  const search = context.search === "" ? "?" : `${context.search}&`
  const address = literalOf(
    `${ownPath(context.path)}${search}${parameter}=${encodeURIComponent(request.cursor)}`,
  )
  return html`<div id="nitro-live" hidden data-init="${js(`@get(${address.source}, ${streamOptions})`)}"></div>`
}

// No signals travel with it; it never gives up; and it is closed while the page is hidden.
const streamOptions =
  "{filterSignals: {include: /^$/}, openWhenHidden: false, retry: 'always', retryMaxCount: Infinity, requestCancellation: 'disabled'}"
