// One live view in the place where it is rendered: plain HTML in a page, a watched topic in the page's stream.
import { AsyncResource } from "node:async_hooks"
import { type AppState, currentRequest } from "../actions/index.ts"
import { noAppError } from "../actions/internal.ts"
import type { EntityClass, EntityInstance } from "../entity/index.ts"
import { currentScopes, scopeOf, storeOf } from "../entity/internal.ts"
import { html, type Markup } from "../html/index.ts"
import type { NitroError } from "../shared/errors.ts"
import { needsApp } from "../shared/responding.ts"
import { shortHash } from "../shared/short-hash.ts"
import { canonicalText, identityNumber } from "./canonical.ts"
import { changeFeed } from "./change-feed.ts"
import { Follower, renderInside, unfollowed } from "./inside.ts"
import type { ItemProbe } from "./item-probe.ts"
import { liveApp } from "./live-app.ts"
import { LiveRequest, liveRequest } from "./live-request.ts"
import type { Interest } from "./matching/watches.ts"
import { shapeText } from "./shape-text.ts"
import {
  isSharedItem,
  markPersonal,
  ownContext,
  PersonalView,
  type SharedRequest,
  SharedUser,
  sharedContext,
} from "./sharing.ts"
import type { Stream } from "./stream.ts"
import type { Replacement, Topic, TopicSetup } from "./topic.ts"

type Item = (item: never) => unknown

export interface View {
  /** HTML id of its element; default one that follows from the shape. */
  readonly id: string | undefined
  /** The content of the view, as JSON: the same in every process, so that a page finds its views again. Not unique. */
  readonly shape: unknown
  /** Everything that its content is computed from, as values: pages with equal keys share a topic. Undefined where none may. */
  readonly key: unknown
  /** Only pages of one address share it. */
  readonly isOfAddress?: boolean
  /** The classes that it shows rows of, or that decide which. */
  readonly entities: readonly EntityClass[]
  /** The changes after which its content is another. */
  readonly interests: () => readonly Interest[]
  /** The function that renders its rows, where there is one. */
  readonly item: Item | undefined
  readonly render: (regionId: string) => Promise<Markup>
  readonly topic: TopicFactory
}

type TopicFactory = (regionId: string, setup: TopicSetup) => Topic

export function showView(view: View): Markup {
  const request = liveRequest()
  const shape = shapeText(view.shape)
  const hash = (): string =>
    request instanceof LiveRequest ? request.app.part(liveApp).hashes.of(shape) : shortHash(shape)
  const id = view.id ?? `live-${hash()}`
  if (request === undefined) return html`${outsideOfApp(view.render(id))}`
  if (request instanceof Follower) {
    // The view around it is rendered again, and this one with it.
    for (const interest of view.interests()) request.follow(interest)
    return html`${view.render(id)}`
  }
  request.user = currentRequest()?.user
  const regionId = request.register(id, shape + partitionsOf(view))
  const isShared =
    view.key !== undefined && (view.item === undefined || isSharedItem(view.item, request.number))
  // Views inside of it belong to it, here as in its patches.
  if (request.stream === undefined)
    return html`${renderInside(unfollowed, () => view.render(regionId))}`
  // The stream sends snapshots, so the HTML of this run is not needed; the page only has to learn of failures.
  return html`${watch(request, request.stream, view, regionId, isShared).then(() => "")}`
}

/** Plain HTML, for tests and jobs; a response to a request would never be live, so it is refused there. */
function outsideOfApp(content: Promise<Markup>): AsyncIterable<Markup> {
  needsApp(noApp)
  content.catch(() => {})
  async function* render(): AsyncGenerator<Markup, void, undefined> {
    needsApp(noApp)
    yield await content
  }
  // A page may be rendered again.
  return { [Symbol.asyncIterator]: render }
}

const noApp = (): NitroError => noAppError("live()")

/** The partition of its rows is part of the content of a page. */
function partitionsOf({ entities }: View): string {
  return entities.map(entity => storeOf(entity).partition ?? "").join()
}

async function watch(
  request: LiveRequest,
  stream: Stream,
  view: View,
  regionId: string,
  isShared: boolean,
): Promise<void> {
  stream.user = request.user
  if (isShared && (await watchShared(request, stream, view, regionId))) return
  await watchTopic(stream, ownTopic(request.app, view.topic, regionId))
}

function ownTopic(app: AppState, topic: TopicFactory, regionId: string): Topic {
  return topic(regionId, {
    inContext: ownContext(),
    isShared: false,
    feed: app.part(changeFeed),
    rounds: app.part(liveApp).rounds,
    onEnd() {},
  })
}

async function watchTopic(stream: Stream, topic: Topic): Promise<void> {
  // A page rendered after its client has gone needs no watching.
  if (!stream.watch(topic)) return
  try {
    await topic.fresh()
  } catch (error) {
    stream.unwatch(topic)
    throw error
  }
}

/** False if the page needs a separate topic, as its content turned out to depend on the user. */
async function watchShared(
  request: LiveRequest,
  stream: Stream,
  view: View,
  regionId: string,
): Promise<boolean> {
  const { item } = view
  const topic = sharedTopic(request, view, regionId)
  if (sharedUsers.get(topic)?.admits(request.user) === false) return false
  const failure = await watchTopic(stream, topic).then(
    () => undefined,
    (error: unknown) => ({ error }),
  )
  // Outside of all requests it may fail where it does not in one.
  if (view.isOfAddress && failure !== undefined) return false
  const { probe } = topic
  // Later work runs in the context of this page. `AsyncResource.bind` would be slow on Node 20, which deprecates a property of each function.
  const inPage = new AsyncResource("LiveView", { requireManualDestroy: true })
  if (item !== undefined && probe !== undefined) {
    const { row } = probe
    if (
      failure?.error instanceof PersonalView ||
      (row !== undefined && !(await probe.looksShared(row)))
    ) {
      stream.unwatch(topic)
      refuseSharing(item, topic)
      return false
    }
    if (row === undefined) checkFirstRow(item, probe, stream, topic, inPage)
  }
  if (failure !== undefined) throw failure.error
  topic.onPersonal(
    stream,
    new PersonalPlace(stream, topic, inPage, request.app, factoryOf(view, topic)),
  )
  return true
}

/** An empty list has nothing to compare yet: it is looked at when its first row comes. */
function checkFirstRow(
  item: Item,
  probe: ItemProbe,
  stream: Stream,
  topic: Topic,
  inPage: AsyncResource,
): void {
  const check = async (first: EntityInstance): Promise<void> => {
    if (stream.state !== "ended" && !(await probe.looksShared(first))) refuseSharing(item, topic)
  }
  probe.onFirstRow(first => inPage.runInAsyncScope(() => check(first)))
}

/** How one page gets a separate topic. Each stream keeps one, so it holds no more than that needs: a closure would hold the whole scope. */
class PersonalPlace implements Replacement {
  readonly #stream: Stream
  readonly #former: Topic
  readonly #inPage: AsyncResource
  readonly #app: AppState
  readonly #topic: TopicFactory

  constructor(
    stream: Stream,
    former: Topic,
    inPage: AsyncResource,
    app: AppState,
    topic: TopicFactory,
  ) {
    this.#stream = stream
    this.#former = former
    this.#inPage = inPage
    this.#app = app
    this.#topic = topic
  }

  replace(): Promise<void> {
    return this.#inPage.runInAsyncScope(() =>
      this.#stream.replace(this.#former, ownTopic(this.#app, this.#topic, this.#former.regionId)),
    )
  }
}

const factories = new WeakMap<Topic, TopicFactory>()

/** That of the topic, where its key says all that the content depends on; the function of a region may close over more than its text shows. */
function factoryOf({ item, topic }: View, shared: Topic): TopicFactory {
  return item === undefined ? topic : (factories.get(shared) ?? topic)
}

const sharedUsers = new WeakMap<Topic, SharedUser>()

function refuseSharing(item: Item, topic: Topic): void {
  markPersonal(item)
  topic.endSharing()
}

function sharedTopic(
  request: LiveRequest,
  { key, isOfAddress, entities, item, topic }: View,
  regionId: string,
): Topic {
  const stores = entities.map(entity => identityNumber(storeOf(entity)))
  // A topic without scopes renders rows of further classes without them too, so no page with scopes may share it.
  const scopes = currentScopes() && entities.map(entity => scopeOf(entity, "read"))
  const address = isOfAddress ? request.address : undefined
  const whole = canonicalText([regionId, key, address, stores, scopes])
  const live = request.app.part(liveApp)
  return live.topic(whole, onEnd => {
    let wasRead = false
    const onRead = (): void => {
      wasRead = true
    }
    const user = new SharedUser(request.user)
    const inContext = sharedContext(
      entities,
      onRead,
      address === undefined ? undefined : knownRequest(address, () => user.read(onRead)),
    )
    const assertShared = (): void => {
      if (!wasRead) return
      if (item !== undefined) markPersonal(item)
      throw new PersonalView()
    }
    const shared = topic(regionId, {
      inContext,
      isShared: true,
      feed: request.app.part(changeFeed),
      rounds: live.rounds,
      onEnd,
      assertShared,
    })
    if (isOfAddress) sharedUsers.set(shared, user)
    if (item !== undefined) factories.set(shared, topic)
    return shared
  })
}

function knownRequest(address: string, user: SharedRequest["user"]): SharedRequest {
  const at = address.indexOf("?")
  return at < 0
    ? { path: address, search: "", user }
    : { path: address.slice(0, at), search: address.slice(at), user }
}
