// `live(...)`: HTML that stays true in every open page.
import { AsyncLocalStorage } from "node:async_hooks"
import { currentRequest, type RequestContext, withRequest } from "../actions/index.ts"
import { js, value as literalOf } from "../datastar/index.ts"
import {
  type CountQuery,
  type EntityClass,
  type EntityInstance,
  isCountQuery,
  isEntity,
  isEntityClass,
  isQuery,
  type Query,
  storeOf,
  withPartition,
  withStores,
} from "../entity/index.ts"
import { type Child, html, Markup, onPageEnd } from "../html/index.ts"
import { NitroError } from "../shared/errors.ts"
import { shortHash } from "../shared/short-hash.ts"
import { currentCursor, startChangeFeed } from "./change-feed.ts"
import "./errors.ts"
import { ListTopic, type ListView, renderList } from "./list-topic.ts"
import { followedClasses, matcherOf } from "./query-match.ts"
import { RegionTopic, type RegionView, renderRegion } from "./region-topic.ts"
import { LiveSession } from "./session.ts"
import type { Topic } from "./topic.ts"

/**
 * Renders one row: one element with `id={row.domId}`. Pages that pass the same function share its output, so it must
 * depend on the row alone; for output that depends on the user, pass a function made for the request.
 */
export type LiveItem<T> = (item: T) => Child

export interface LiveListOptions {
  /** Shown while there are no rows. */
  readonly empty?: Child
  /** Default `"ul"`. */
  readonly tag?: ListView["tag"]
  readonly class?: string
  /** HTML id of the list; default one that follows from the query. */
  readonly id?: string
}

export interface LiveRegionOptions {
  /** Entities whose changes may alter the content. */
  readonly on: readonly EntityClass[]
  /** Default `"div"`. */
  readonly tag?: "span" | "div"
  readonly id?: string
}

/** What this module knows of the request that renders a page. */
interface LiveRequest {
  readonly cursor: string
  readonly session: LiveSession | undefined
  readonly regionIds: Map<string, number>
}

const liveKey = Symbol("nitro.live")
const topics = new Map<string, Topic>()
// Topics outlive the request that made them, and render for every page: nothing of one request may reach another's.
const neutral: <T>(run: () => T) => T = AsyncLocalStorage.snapshot()

/**
 * A list that stays true: rows appear, change, move and vanish in every open page as entities are saved and deleted.
 *
 * ```tsx
 * {live(Todo.where().orderBy("createdAt"), Item)}
 * ```
 */
export function live<T extends EntityInstance, V>(query: Query<T, V>, item: LiveItem<T>, options?: LiveListOptions): Markup
/** One entity that stays true: `live(counter, Card)`. It vanishes when the entity is deleted. */
export function live<T extends EntityInstance>(entity: T, item: LiveItem<T>, options?: Pick<LiveListOptions, "id">): Markup
/** A number that stays true: `live(Todo.where(t => t.done.eq(false)).count())`. */
export function live<T extends EntityInstance, V>(count: CountQuery<T, V>, options?: { readonly id?: string }): Markup
/** Any HTML, rendered again when one of the entities changed: `live(() => <p>…</p>, { on: [Todo] })`. */
export function live(content: () => Child | Promise<Child>, options: LiveRegionOptions): Markup
export function live(subject: unknown, second: unknown = {}, options: LiveListOptions = {}): Markup {
  if (isQuery(subject) && typeof second === "function")
    return liveList(subject as Query<EntityInstance>, second as LiveItem<EntityInstance>, options)
  if (isEntity(subject) && typeof second === "function") return liveEntity(subject, second as LiveItem<EntityInstance>, options)
  if (isCountQuery(subject)) return liveCount(subject, (second as { readonly id?: string }).id)
  if (typeof subject === "function" && (second as Partial<LiveRegionOptions>).on !== undefined)
    return liveRegion(subject as RegionView["content"], second as LiveRegionOptions)
  throw new NitroError("NITRO_LIVE_ARGUMENT", `live() cannot keep ${subject === null ? "null" : typeof subject} true.`)
}

function liveList(query: Query<EntityInstance>, each: LiveItem<EntityInstance>, options: LiveListOptions): Markup {
  const { empty, tag = "ul" } = options
  const view: ListView = { query, each, empty, tag, class: options.class }
  const shape = ["list", tag, options.class, each.name, query.entity.definition.name, query.plan]
  return region(shape, options.id, followedClasses(query), [each, empty instanceof Markup ? empty.toString() : empty], {
    render: id => renderList(id, view),
    topic: (id, onIdle) => new ListTopic(id, view, onIdle),
  })
}

function liveEntity(entity: EntityInstance, each: LiveItem<EntityInstance>, options: LiveListOptions): Markup {
  const query = (entity.constructor as unknown as EntityClass).where({ id: entity.id } as never) as Query<EntityInstance>
  return liveList(query, each, { ...options, tag: "div" })
}

function liveCount(count: CountQuery, id: string | undefined): Markup {
  const { entity, plan } = count.query
  const entities = followedClasses(count.query)
  const finds = matcherOf(count.query)
  const view: RegionView = {
    content: async () => await count,
    entities,
    // An update counts only when it moves the row in or out; without its former values nobody can tell.
    affects: ({ op, before, after }) => op !== "update" || !before || !after || !finds || finds(before) !== finds(after),
    tag: "span",
  }
  return region(["count", entity.definition.name, plan], id, entities, [], {
    render: regionId => renderRegion(regionId, view),
    topic: (regionId, onIdle) => new RegionTopic(regionId, view, onIdle),
  })
}

function liveRegion(content: RegionView["content"], { on, tag = "div", id }: LiveRegionOptions): Markup {
  const wrong = on.find(entity => !isEntityClass(entity))
  if (wrong !== undefined || on.length === 0) throw new NitroError("NITRO_LIVE_ARGUMENT", "The `on` of live() must list entity classes.")
  const view: RegionView = { content, entities: on, affects: () => true, tag }
  return region(["region", tag, content.name, on.map(entity => entity.definition.name)], id, on, [content], {
    render: regionId => renderRegion(regionId, view),
    topic: (regionId, onIdle) => new RegionTopic(regionId, view, onIdle),
  })
}

interface RegionKind {
  readonly render: (regionId: string) => Promise<Markup>
  readonly topic: (regionId: string, onIdle: () => void) => Topic
}

function region(
  shape: unknown,
  givenId: string | undefined,
  entities: readonly EntityClass[],
  identities: unknown[],
  kind: RegionKind,
): Markup {
  const request = liveRequest()
  const base = givenId ?? `live-${shortHash(textOf(shape))}`
  const seen = (request?.regionIds.get(base) ?? 0) + 1
  request?.regionIds.set(base, seen)
  const regionId = seen === 1 ? base : `${base}-${seen}`
  if (!request?.session) return html`${kind.render(regionId)}`
  const key = [regionId, ...identities, ...entities.map(storeOf)].map(identity).join(" ")
  let topic = topics.get(key)
  if (!topic) {
    topic = inNeutralContext(entities, () => kind.topic(regionId, () => topics.delete(key)))
    topics.set(key, topic)
  }
  request.session.watch(topic)
  // The stream sends snapshots, so the HTML of this run is not needed; the page only has to learn of failures.
  return html`${topic.ready().then(() => "")}`
}

function textOf(shape: unknown): string {
  try {
    return JSON.stringify(shape)
  } catch {
    // A bigint, which JSON does not know. The function that does slows all others down.
    return JSON.stringify(shape, (_key, value: unknown) => (typeof value === "bigint" ? `${value}n` : value))
  }
}

const numbers = new WeakMap<object, number>()
let nextNumber = 0

function identity(value: unknown): string {
  if ((typeof value !== "object" || value === null) && typeof value !== "function") return String(value)
  let number = numbers.get(value)
  if (number === undefined) {
    nextNumber += 1
    number = nextNumber
    numbers.set(value, number)
  }
  return `#${number}`
}

/** Topics load and render outside of any request, but from the stores and under the base path of the one that asked. */
function inNeutralContext(entities: readonly EntityClass[], make: () => Topic): Topic {
  const stores = Object.fromEntries(entities.map(entity => [entity.definition.name, storeOf(entity)]))
  const asking = currentRequest() as RequestContext
  // Only where it shows rows of a session, which nobody else shares it for then.
  const partition = Object.values(stores).find(store => store.partition !== undefined)?.partition
  const context: RequestContext = {
    app: asking.app,
    user: undefined,
    request: new Request("http://live.invalid/"),
    path: "/",
    search: "",
    basePath: asking.basePath,
    flash: undefined,
    extras: new Map(),
  }
  const inPartition = partition === undefined ? make : () => withPartition(partition, make)
  return neutral(() => withRequest(context, () => withStores(stores, inPartition)))
}

function liveRequest(): LiveRequest | undefined {
  return currentRequest()?.extras.get(liveKey) as LiveRequest | undefined
}

const parameter = "_nitro"

/** Prepares a request for `live()`. Returns the session when the page's script asks for its stream. */
export function prepareLive(context: Pick<RequestContext, "request" | "search" | "extras">): LiveSession | undefined {
  const asked = context.request.method === "GET" ? cursorOf(context) : undefined
  const session = asked === undefined ? undefined : new LiveSession(context.request.headers.get("last-event-id") || asked)
  context.extras.set(liveKey, { cursor: currentCursor(), session, regionIds: new Map() } satisfies LiveRequest)
  return session
}

function cursorOf({ search }: Pick<RequestContext, "search">): string | undefined {
  if (!search.includes(`${parameter}=`)) return undefined
  return new URLSearchParams(search).get(parameter) ?? undefined
}

/** The element that opens the page's stream; `Page` adds it by itself when the page has live views. */
export function liveStream(): Markup | undefined {
  const context = currentRequest()
  const request = liveRequest()
  if (!context || !request || request.session || request.regionIds.size === 0) return undefined
  const search = context.search === "" ? "?" : `${context.search}&`
  const address = literalOf(`${context.path}${search}${parameter}=${encodeURIComponent(request.cursor)}`)
  return html`<div id="nitro-live" hidden data-init="${js(`@get(${address.source}, ${streamOptions})`)}"></div>`
}

// No signals travel with it; it never gives up; and it is closed while nobody sees the page.
const streamOptions =
  "{filterSignals: {include: /^$/}, openWhenHidden: false, retry: 'always', retryMaxCount: Infinity, requestCancellation: 'disabled'}"

/** Starts counting changes and adds the stream to every page with live views. Called when an app is made. */
export function startLive(): void {
  startChangeFeed()
  onPageEnd(liveStream)
}
