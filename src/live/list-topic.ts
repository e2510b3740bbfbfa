// A live list: knows which rows of a query are shown and in which order, and turns a change into the patches it needs.
import { patchElements, removeElements } from "../datastar/index.ts"
import { compareBy, type EntityId, type EntityInstance, type Query } from "../entity/index.ts"
import { type Child, chunks, html, type Markup, raw, render, toMarkup } from "../html/index.ts"
import { NitroError } from "../shared/errors.ts"
import type { MaybePromise } from "../shared/types.ts"
import type { NumberedChange } from "./change-feed.ts"
import { followedClasses, matcherOf } from "./query-match.ts"
import { Topic } from "./topic.ts"

export interface ListView {
  readonly query: Query<EntityInstance>
  /** Renders one row: a single element whose id is the row's `domId`. */
  readonly each: (item: EntityInstance) => Child
  /** Shown while there are no rows. */
  readonly empty: Child
  readonly tag: "ul" | "ol" | "div" | "tbody"
  readonly class: string | undefined
}

interface Shown {
  readonly id: EntityId
  readonly domId: string
  /** Values of the fields that the order needs. */
  readonly sortValues: Readonly<Record<string, unknown>>
  html: string
}

export class ListTopic extends Topic {
  readonly #view: ListView
  readonly #compare: (a: object, b: object) => number
  /** Whether the query finds a row; undefined where the store alone can tell. */
  readonly #finds: ((row: object) => boolean) | undefined
  /** In the order of the query. */
  #shown: Shown[] = []
  #byId = new Map<EntityId, Shown>()

  constructor(regionId: string, view: ListView, onIdle: () => void) {
    super(regionId, followedClasses(view.query), onIdle)
    this.#view = view
    this.#finds = matcherOf(view.query)
    this.#compare = compareBy(view.query.plan.orderBy, view.query.entity.definition.key)
  }

  protected override async load(): Promise<void> {
    this.#shown = await this.#query()
    this.#byId = new Map(this.#shown.map(row => [row.id, row]))
  }

  async #query(): Promise<Shown[]> {
    const rows = await this.#view.query
    return Promise.all(rows.map(row => this.#show(row)))
  }

  async #show(row: EntityInstance): Promise<Shown> {
    const sortValues: Record<string, unknown> = {}
    const { entity, plan } = this.#view.query
    for (const field of [...entity.definition.key, ...plan.orderBy.map(order => order.field)])
      sortValues[field] = (row as unknown as Record<string, unknown>)[field]
    return { id: row.id, domId: row.domId, sortValues, html: await renderItem(this.#view, row) }
  }

  protected override async apply(changes: readonly NumberedChange[]): Promise<string> {
    const { limit, offset } = this.#view.query.plan
    const finds = this.#finds
    // A window needs rows it does not hold, and a change without its row cannot be judged: the store knows.
    const needsStore = limit !== undefined || offset !== undefined || changes.some(({ change }) => change.op !== "delete" && !change.after)
    if (needsStore || finds === undefined) return this.#replaceBy(await this.#query())
    let patches = ""
    for (const { change } of changes) {
      const row = change.op === "delete" ? undefined : change.after
      patches += row && finds(row) ? this.#place(await this.#show(row)) : this.#remove(change.id)
    }
    return patches
  }

  /** The patches from what is shown to what the store says. */
  #replaceBy(rows: Shown[]): string {
    const kept = new Set(rows.map(row => row.id))
    let patches = ""
    for (const { id } of [...this.#shown]) if (!kept.has(id)) patches += this.#remove(id)
    for (const [index, row] of rows.entries()) patches += this.#placeAt(row, index)
    return patches
  }

  #place(row: Shown): string {
    const known = this.#byId.get(row.id)
    const before = this.#countBefore(row)
    // A row that moves down is itself among those before its new place.
    const isBefore = known !== undefined && this.#compare(known.sortValues, row.sortValues) < 0
    return this.#placeAt(row, isBefore ? before - 1 : before)
  }

  /** How many of the shown rows stand before `row`, itself with its former values included. */
  #countBefore(row: Shown): number {
    let low = 0
    let high = this.#shown.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#compare((this.#shown[middle] as Shown).sortValues, row.sortValues) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  #indexOf(known: Shown): number {
    const index = this.#countBefore(known)
    // A store that orders text in a way of its own is no reason to lose a row.
    return this.#shown[index] === known ? index : this.#shown.indexOf(known)
  }

  /** Puts a row where it stands at `index` once its former self is gone, as cheaply as its present place allows. */
  #placeAt(row: Shown, index: number): string {
    const known = this.#byId.get(row.id)
    const at = known === undefined ? -1 : this.#indexOf(known)
    this.#byId.set(row.id, row)
    if (known !== undefined && at === index) {
      this.#shown[at] = row
      return known.html === row.html ? "" : String(patchElements(raw(row.html), { selector: this.#selector(row.domId) }))
    }
    if (known !== undefined) this.#shown.splice(at, 1)
    const next = this.#shown[index]
    this.#shown.splice(index, 0, row)
    const removed = known === undefined ? "" : String(removeElements(this.#selector(row.domId)))
    const wasEmpty = this.#shown.length === 1 && known === undefined
    const clear = wasEmpty && this.#view.empty !== undefined ? removeElements(`#${this.regionId} > :not([id="${cssText(row.domId)}"])`) : ""
    const place = next
      ? ({ selector: this.#selector(next.domId), mode: "before" } as const)
      : ({ selector: `#${this.regionId}`, mode: "append" } as const)
    return `${removed}${patchElements(raw(row.html), place)}${clear}`
  }

  #remove(id: EntityId): string {
    const known = this.#byId.get(id)
    if (known === undefined) return ""
    this.#byId.delete(id)
    this.#shown.splice(this.#indexOf(known), 1)
    if (this.#shown.length === 0 && this.#view.empty !== undefined) return this.snapshot()
    return String(removeElements(this.#selector(known.domId)))
  }

  #selector(domId: string): string {
    return `#${this.regionId} > [id="${cssText(domId)}"]`
  }

  override snapshot(): string {
    const rows = this.#shown.map(row => raw(row.html))
    return String(patchElements(listElement(this.regionId, this.#view, rows)))
  }
}

/** The list as the first page shows it, before any topic exists. */
export async function renderList(regionId: string, view: ListView): Promise<Markup> {
  const rows = await view.query
  const items = rows.map(row => toMarkup(view.each(row)))
  // The first row stands for the others here; the stream that follows looks at each.
  if (rows[0] && items[0]) await itemText(view, rows[0], items[0])
  return listElement(regionId, view, items)
}

function listElement(regionId: string, view: ListView, items: Markup[]): Markup {
  const content = items.length === 0 ? (view.empty ?? "") : items
  switch (view.tag) {
    case "ol":
      return html`<ol id="${regionId}" class="${view.class}">${content}</ol>`
    case "div":
      return html`<div id="${regionId}" class="${view.class}">${content}</div>`
    case "tbody":
      return html`<tbody id="${regionId}" class="${view.class}">${content}</tbody>`
    default:
      return html`<ul id="${regionId}" class="${view.class}">${content}</ul>`
  }
}

function renderItem(view: ListView, row: EntityInstance): MaybePromise<string> {
  return itemText(view, row, toMarkup(view.each(row)))
}

function itemText(view: ListView, row: EntityInstance, markup: Markup): MaybePromise<string> {
  const parts = chunks(markup)
  if (parts === undefined) return render(markup).then(text => withId(view, row, text))
  return withId(view, row, parts.length === 1 ? (parts[0] as string) : parts.join(""))
}

/** The item's text, once it is sure that a change will find it: a wrong id would break in the browser, long after this. */
function withId(view: ListView, row: EntityInstance, text: string): string {
  const opening = text.slice(0, text.indexOf(">") + 1)
  if (opening.includes(` id="${row.domId}"`)) return text
  const entity = view.query.entity.definition.name
  throw new NitroError(
    "NITRO_LIVE_ITEM_ID",
    `The item that renders a ${entity} in live() begins with ${opening || "no element"} and lacks id="${row.domId}".`,
  )
}

/** Text inside a quoted attribute selector. */
function cssText(text: string): string {
  return text.replace(/["\\]/g, "\\$&")
}
