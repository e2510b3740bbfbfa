// `live(...)`: HTML that stays true in every open page.
import type { CountQuery, EntityClass, EntityInstance, Query } from "../entity/index.ts"
import { isCountQuery, isEntity, isEntityClass, isQuery } from "../entity/internal.ts"
import { type Child, chunks, Markup } from "../html/index.ts"
import { NitroError } from "../shared/errors.ts"
import { optionNames, refuseUnknownOptions } from "../shared/options.ts"
import "./errors.ts"
import { type ListView, renderList } from "./list-markup.ts"
import { ListTopic } from "./list-topic.ts"
import { followedClasses, interestsOf } from "./query-match.ts"
import { RegionTopic, type RegionView, renderRegion } from "./region-topic.ts"
import { showView } from "./view.ts"

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

export interface LiveCountOptions {
  /** HTML id of the figure; default one that follows from the query. */
  readonly id?: string
  /** Shown instead of a count of 0. Default `"0"`. With `""` the kit hides a button around it. */
  readonly empty?: string
}

export interface LiveRegionOptions {
  /**
   * What the content depends on: entity classes, for every change of them, or queries, for changes of the rows that they
   * find. The order and the window of a query do not count.
   */
  readonly on: readonly (EntityClass | Pick<Query, "entity" | "plan">)[]
  /**
   * Says who shares the content: pages of one address with equal keys, as `viewer?.id`, render it once for all of them. Default:
   * every page renders separately.
   */
  readonly key?: unknown
  /** Default `"div"`. */
  readonly tag?: "span" | "div"
  readonly id?: string
}

const listOptions = optionNames<LiveListOptions>({ empty: true, tag: true, class: true, id: true })
const regionOptions = optionNames<LiveRegionOptions>({ on: true, key: true, tag: true, id: true })
const countOptions = optionNames<LiveCountOptions>({ id: true, empty: true })
const oneOptions: ReadonlySet<string> = new Set(["id"])

/**
 * A list that stays true: rows appear, change, move and vanish in every open page as entities are saved and deleted.
 *
 * ```tsx
 * {live(Todo.where().orderBy("createdAt"), Item)}
 * ```
 */
export function live<T extends EntityInstance, V>(
  query: Query<T, V>,
  item: LiveItem<T>,
  options?: LiveListOptions,
): Markup
/** One entity that stays true: `live(counter, Card)`. It vanishes when the entity is deleted. */
export function live<T extends EntityInstance>(
  entity: T,
  item: LiveItem<T>,
  options?: Pick<LiveListOptions, "id">,
): Markup
/** A number that stays true: `live(Todo.where(t => t.done.eq(false)).count())`. */
export function live<T extends EntityInstance, V>(
  count: CountQuery<T, V>,
  options?: LiveCountOptions,
): Markup
/** Any HTML, rendered again when one of the entities changed: `live(() => <p>…</p>, { on: [Todo] })`. */
export function live(content: () => Child | Promise<Child>, options: LiveRegionOptions): Markup
export function live(
  subject: unknown,
  second: unknown = {},
  options: LiveListOptions = {},
): Markup {
  if (isQuery(subject) && typeof second === "function")
    // The overloads give an item to a query or an entity, here and below.
    return liveList(subject as Query<EntityInstance>, second as LiveItem<EntityInstance>, options)
  if (isEntity(subject) && typeof second === "function")
    // As above.
    return liveEntity(subject, second as LiveItem<EntityInstance>, options)
  if (isCountQuery(subject)) {
    refuseUnknownOptions("live(count, { … })", second, countOptions)
    // The line above refused all other options.
    return liveCount(subject, second as LiveCountOptions)
  }
  // JavaScript may pass anything; `liveRegion` checks the options.
  if (typeof subject === "function" && (second as Partial<LiveRegionOptions>).on !== undefined)
    // The overloads give the options of a region to a function.
    return liveRegion(subject as RegionView["content"], second as LiveRegionOptions)
  throw new NitroError(
    "NITRO_LIVE_ARGUMENT",
    `live() cannot keep ${subject === null ? "null" : typeof subject} true.`,
  )
}

function liveList(
  query: Query<EntityInstance>,
  each: LiveItem<EntityInstance>,
  options: LiveListOptions,
): Markup {
  refuseUnknownOptions("live(query, Item, { … })", options, listOptions)
  const { empty, tag = "ul", id } = options
  const view: ListView = { query, each, empty, tag, class: options.class }
  const { entity, plan } = query
  return showView({
    id,
    shape: ["list", tag, options.class ?? "", each.name, entity.definition.name, plan],
    key: [
      "list",
      tag,
      options.class,
      each,
      entity,
      plan,
      empty instanceof Markup ? textOf(empty) : empty,
    ],
    entities: followedClasses(query),
    interests: () => interestsOf(query, { leaving: true }),
    render: regionId => renderList(regionId, view),
    item: each,
    topic: (regionId, setup) => new ListTopic(regionId, view, setup),
  })
}

/** Finished markup is equal by its text; pending markup, by identity. */
function textOf(markup: Markup): unknown {
  return chunks(markup) === undefined ? markup : String(markup)
}

function liveEntity(
  entity: EntityInstance,
  each: LiveItem<EntityInstance>,
  options: LiveListOptions,
): Markup {
  refuseUnknownOptions("live(entity, Item, { … })", options, oneOptions)
  // Entities keep the `constructor` that their class gave them.
  const query = (entity.constructor as unknown as EntityClass).where({
    id: entity.id,
  } as never) as Query<EntityInstance>
  return liveList(query, each, { ...options, tag: "div" })
}

function liveCount(count: CountQuery, { id, empty }: LiveCountOptions): Markup {
  const { entity, plan } = count.query
  const view: RegionView = {
    content: async () => (await count) || (empty ?? 0),
    interests: () => interestsOf(count.query, { fields: [], leaving: true }),
    tag: "span",
  }
  return showView({
    id,
    shape: ["count", entity.definition.name, plan, ...(empty === undefined ? [] : [empty])],
    key: ["count", entity, plan, empty],
    entities: followedClasses(count.query),
    interests: view.interests,
    render: regionId => renderRegion(regionId, view),
    item: undefined,
    topic: (regionId, setup) => new RegionTopic(regionId, view, setup),
  })
}

function liveRegion(content: RegionView["content"], options: LiveRegionOptions): Markup {
  refuseUnknownOptions("live(content, { … })", options, regionOptions)
  const { on, tag = "div", id } = options
  if (on.length === 0 || !on.every(source => isEntityClass(source) || isQuery(source)))
    throw new NitroError(
      "NITRO_LIVE_ARGUMENT",
      "The `on` of live() must list entity classes, or queries of them.",
    )
  const sources = on.map(source => (isQuery(source) ? source : wholeClass(source)))
  const view: RegionView = {
    content,
    interests: () => sources.flatMap(source => interestsOf(source, { leaving: true })),
    tag,
  }
  const shape = sources.map(({ entity, plan }) => [entity.definition.name, plan.where])
  return showView({
    id,
    shape: ["region", tag, content.name, shape],
    // Unless it says who may share it, its content may depend on anything that the request knows.
    key: Object.hasOwn(options, "key")
      ? [
          "region",
          tag,
          String(content),
          sources.map(({ entity, plan }) => [entity, plan]),
          options.key,
        ]
      : undefined,
    isOfAddress: true,
    entities: [...new Set(sources.flatMap(followedClasses))],
    interests: view.interests,
    render: regionId => renderRegion(regionId, view),
    item: undefined,
    topic: (regionId, setup) => new RegionTopic(regionId, view, setup),
  })
}

/** All rows of a class, as a query would name them. */
function wholeClass(entity: EntityClass): Pick<Query, "entity" | "plan"> {
  return { entity, plan: { orderBy: [] } }
}
